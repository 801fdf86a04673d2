import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { askAbout } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { textIn, type Resource } from '../resource.ts';
import { alarmArn } from '../../arns.ts';
import { notifyOf, type Location, type Spec } from '../spec.ts';
import { markIn, tagList } from './tags.ts';

const absent = ['ResourceNotFound', 'ResourceNotFoundException'];
/** SQS tells CloudWatch every minute; a queue that nobody has used for six hours, up to 15 minutes later. */
const periodS = 300;

export function desiredAlarm(spec: Spec) {
  const topic = notifyOf(spec);
  // An alarm tells topics of its own region.
  if (topic === undefined || topic.split(':')[3] !== spec.place.region) return undefined;
  return { properties: { 'dead letters of': spec.names.deadLetters, topic } };
}

/** Tells the topic as soon as there is a dead letter. */
export function alarmResource({ names, place }: Location, { cloudwatch }: Clients): Resource {
  const name = names.alarm;
  const arn = alarmArn(place, name);
  const ask = askAbout(cloudwatch, `alarm ${name}`);
  const put: Resource['create'] = (properties) => {
    const command = new PutMetricAlarmCommand({
      AlarmName: name,
      AlarmDescription:
        'csv2ddb: messages that were received too often lie in the dead-letter queue; csv2ddb status shows more',
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: textIn(properties, 'dead letters of') }],
      Statistic: 'Maximum',
      Period: periodS,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [textIn(properties, 'topic')],
      // Of an alarm that is there they are passed over.
      Tags: tagList(names.base, 'made'),
    });
    return ask('cloudwatch:PutMetricAlarm', command);
  };
  return {
    async read() {
      const describe = new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] });
      const { MetricAlarms: [alarm] = [] } = await ask('cloudwatch:DescribeAlarms', describe);
      if (alarm === undefined) return undefined;
      const listTags = new ListTagsForResourceCommand({ ResourceARN: arn });
      const { Tags: tags } = await ask('cloudwatch:ListTagsForResource', listTags);
      return {
        mark: markIn(names.base, tags),
        properties: {
          'dead letters of': alarm.Dimensions?.find(({ Name }) => Name === 'QueueName')?.Value ?? null,
          topic: alarm.AlarmActions?.[0] ?? null,
        },
      };
    },
    create: put,
    change: put,
    adopt: () =>
      ask('cloudwatch:TagResource', new TagResourceCommand({ ResourceARN: arn, Tags: tagList(names.base, 'adopted') })),
    delete: () => ask('cloudwatch:DeleteAlarms', new DeleteAlarmsCommand({ AlarmNames: [name] }), { absent }),
    release: () =>
      ask('cloudwatch:UntagResource', new UntagResourceCommand({ ResourceARN: arn, TagKeys: [names.base] }), {
        absent,
      }),
  };
}
