/** What is used of the SDK's client for ELBv2: the bundle leaves out the rest, which would only be read at the start. */
export {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
