/** Names of the ready-made world: those of the service that this action was written for, and what it is configured with. */
export const NAMES = {
  account: '706704660887',
  region: 'us-east-1',
  cluster: 'mentalspace-ehr-prod',
  service: 'mentalspace-backend',
  container: 'mentalspace-backend',
  repository: 'mentalspace-backend',
  family: 'mentalspace-backend-prod',
  logGroup: '/ecs/mentalspace-backend-prod',
  targetGroup: 'mentalspace-tg',
  loadBalancer: 'mentalspace-alb',
  port: 3001,
  /** Where its source is on GitHub. */
  githubRepository: 'mentalspace/backend',
  /** Ids of its owner and of itself. */
  githubIds: ['583231', '1296269'],
  /** Name of the role that its workflows may assume. */
  role: 'deploy-backend',
  /** The origin whose pages may read the service's answers. */
  corsOrigin: 'https://app.example.com',
  /** The bearer token that opens its protected route; it opens nothing else. */
  apiToken: 'token-of-the-local-aws',
} as const;
