/** An error as AWS answers it: the protocol layer writes it in the wire format of the service. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  /** `code` is the name that the service's API reference gives, e.g. `ClusterNotFoundException`. */
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
