import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { makeSender } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { getText, type Definition, type ResourceHandler } from '../resource.ts';
import { alarmArn } from '../../arns.ts';
import { resolveNotifyTopic, type Location, type Spec } from '../spec.ts';
import { findOwnership, tagList } from './tags.ts';

const ignore = ['ResourceNotFound', 'ResourceNotFoundException'];
/** SQS publishes its metrics every minute, or after up to 15 minutes for a queue that was idle for six hours. */
const periodS = 300;

export function defineAlarm(spec: Spec): Definition | undefined {
  const topic = resolveNotifyTopic(spec);
  // An alarm can only notify topics in its own region.
  if (topic === undefined || topic.split(':')[3] !== spec.place.region) return undefined;
  return { properties: { 'dead-letter queue': spec.names.deadLetters, topic } };
}

/** The alarm notifies the topic when the dead-letter queue contains a message. */
export function makeAlarmHandler({ names, place }: Location, { cloudwatch }: Clients): ResourceHandler {
  const { alarm: name, base } = names;
  const arn = alarmArn(place, name);
  const send = makeSender(cloudwatch, `alarm ${name}`);
  const put: ResourceHandler['create'] = (properties) => {
    const command = new PutMetricAlarmCommand({
      AlarmName: name,
      AlarmDescription: 'csv2ddb: the dead-letter queue contains messages. Run csv2ddb status for details.',
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: getText(properties, 'dead-letter queue') }],
      Statistic: 'Maximum',
      Period: periodS,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [getText(properties, 'topic')],
      // Ignored if the alarm exists.
      Tags: tagList(base, 'made'),
    });
    return send('cloudwatch:PutMetricAlarm', command);
  };
  return {
    async read() {
      const describe = new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] });
      const { MetricAlarms: [alarm] = [] } = await send('cloudwatch:DescribeAlarms', describe);
      if (alarm === undefined) return undefined;
      const listTags = new ListTagsForResourceCommand({ ResourceARN: arn });
      const { Tags: tags } = await send('cloudwatch:ListTagsForResource', listTags);
      return {
        ownership: findOwnership(base, tags),
        properties: {
          'dead-letter queue': alarm.Dimensions?.find(({ Name }) => Name === 'QueueName')?.Value ?? null,
          topic: alarm.AlarmActions?.[0] ?? null,
        },
      };
    },
    create: put,
    change: put,
    adopt: () =>
      send('cloudwatch:TagResource', new TagResourceCommand({ ResourceARN: arn, Tags: tagList(base, 'adopted') })),
    delete: () => send('cloudwatch:DeleteAlarms', new DeleteAlarmsCommand({ AlarmNames: [name] }), { ignore }),
    release: () =>
      send('cloudwatch:UntagResource', new UntagResourceCommand({ ResourceARN: arn, TagKeys: [base] }), { ignore }),
  };
}
