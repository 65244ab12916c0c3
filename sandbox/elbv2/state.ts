/** What Elastic Load Balancing remembers. Maps are by ARN. */
export interface ElbState {
  readonly loadBalancers: Map<string, LoadBalancer>;
  readonly listeners: Map<string, Listener>;
  readonly rules: Map<string, Rule>;
  readonly targetGroups: Map<string, TargetGroup>;
}

export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly scheme: 'internet-facing' | 'internal';
  readonly dnsName: string;
  readonly createdAt: number;
  attributes: Record<string, string>;
}

export interface Listener {
  readonly arn: string;
  readonly loadBalancer: string;
  /** The port as AWS shows it (443); the balancer may listen on another one of this machine. */
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** ARN of the certificate that an HTTPS listener was created with; the balancer has its own. */
  readonly certificate?: string;
  defaultActions: Action[];
  attributes: Record<string, string>;
}

export interface Rule {
  readonly arn: string;
  readonly listener: string;
  readonly priority: string;
  readonly pathPatterns: readonly string[];
  readonly hostHeaders: readonly string[];
  actions: Action[];
}

export type Action =
  | { readonly type: 'forward'; readonly targetGroup: string }
  | {
      readonly type: 'redirect';
      readonly protocol: string;
      readonly port: string;
      readonly statusCode: 301 | 302;
      /** Absent: `#{host}`, `/#{path}` and `#{query}`, the request's own. */
      readonly host?: string;
      readonly path?: string;
      readonly query?: string;
    }
  | {
      readonly type: 'fixed-response';
      readonly statusCode: number;
      readonly contentType: string;
      readonly body: string;
    };

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly targetType: 'ip' | 'instance';
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly port: number;
  healthCheck: HealthCheck;
  attributes: Record<string, string>;
  readonly targets: Map<string, Target>;
}

export interface HealthCheck {
  readonly enabled: boolean;
  /** Absent: the port on which the target takes traffic. */
  readonly port?: number;
  readonly path: string;
  /** Seconds. */
  readonly interval: number;
  /** Seconds. */
  readonly timeout: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Status codes such as `200`, `200-299` or `200,302`. */
  readonly matcher: string;
}

export interface Target {
  /** An IP address, or an EC2 instance's id. */
  readonly id: string;
  readonly port: number;
  readonly zone: string;
  state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';
  /** As in DescribeTargetHealth, e.g. `Elb.RegistrationInProgress`. */
  reason?: string;
  description?: string;
  readonly registeredAt: number;
}
