import type { Cloud } from '../cloud.js';
import { later } from '../ecs/timers.js';
import { AwsError } from '../errors.js';
import { skewedTime, takeFault, type Fault } from '../faults.js';
import type { JsonObject } from '../json.js';
import { perform, type ApiCall } from '../perform.js';
import type { WireResponse } from './operation.js';

/** A call in the wire format of its service. */
export interface WireCall {
  /** As IAM spells it: `ecs:UpdateService`. */
  readonly action: string;
  /** Throws an `AwsError` when the request cannot be read. */
  read(): ApiCall;
  write(output: JsonObject): WireResponse;
  refuse(error: AwsError): WireResponse;
}

/** The connection is cut without an answer; the code is Node's for it. */
export class ConnectionCut extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('socket hang up');
  }
}

/** No answer comes and the connection stays open: whoever carries the request has to let the caller wait. */
export class Silence extends Error {}

/**
 * Answers a call, unless what goes wrong with it keeps the answer away: rejects with `ConnectionCut` or `Silence`
 * then.
 */
export async function exchange(cloud: Cloud, call: WireCall): Promise<WireResponse> {
  const fault = takeFault(cloud, call.action);
  switch (fault?.kind) {
    case 'reset':
      throw new ConnectionCut();
    case 'hang':
      throw new Silence('There is no answer.');
    case 'late':
      later(cloud, fault.delay ?? 0, () => void answered(cloud, call));
      throw new ConnectionCut();
    case 'lost-reply':
      await answered(cloud, call);
      throw new ConnectionCut();
    default:
      return spoiled(await answered(cloud, call, fault), fault);
  }
}

async function answered(cloud: Cloud, call: WireCall, fault?: Fault): Promise<WireResponse> {
  try {
    return call.write(await perform(cloud, { ...call.read(), ...(fault ? { fault } : {}) }));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return call.refuse(error);
  }
}

/** What a proxy or a load balancer between shows instead of an answer. */
const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>\n';

/** The answer as it arrives; an error comes through as it is. */
function spoiled(response: WireResponse, fault: Fault | undefined): WireResponse {
  const { status, headers, body } = response;
  // The SDK learns from it how far its own clock is off.
  if (fault?.kind === 'skew')
    return { ...response, headers: { ...headers, date: new Date(skewedTime()).toUTCString() } };
  if (status !== 200) return response;
  switch (fault?.kind) {
    case 'truncated':
      return { ...response, body: body.slice(0, Math.floor(body.length / 2)) };
    case 'no-body':
      return { ...response, body: '' };
    case 'html':
      return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: PAGE };
    default:
      return response;
  }
}
