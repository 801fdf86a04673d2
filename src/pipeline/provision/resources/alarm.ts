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
import { textIn, type Properties, type Resource } from '../resource.ts';
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
export function alarmResource({ names, place }: Location, { cloudwatch }: Pick<Clients, 'cloudwatch'>): Resource {
  const name = names.alarm;
  const arn = alarmArn(place, name);
  const ask = askAbout(`alarm ${name}`);
  const put = async (properties: Properties): Promise<void> => {
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
    await ask('cloudwatch:PutMetricAlarm', () => cloudwatch.send(command));
  };
  return {
    async read() {
      const get = () => cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] }));
      const { MetricAlarms: [alarm] = [] } = await ask('cloudwatch:DescribeAlarms', get);
      if (alarm === undefined) return undefined;
      const getTags = () => cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: arn }));
      const { Tags: tags } = await ask('cloudwatch:ListTagsForResource', getTags);
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
    async adopt() {
      const command = new TagResourceCommand({ ResourceARN: arn, Tags: tagList(names.base, 'adopted') });
      await ask('cloudwatch:TagResource', () => cloudwatch.send(command));
    },
    async delete() {
      const command = new DeleteAlarmsCommand({ AlarmNames: [name] });
      await ask('cloudwatch:DeleteAlarms', () => cloudwatch.send(command), absent);
    },
    async release() {
      const command = new UntagResourceCommand({ ResourceARN: arn, TagKeys: [names.base] });
      await ask('cloudwatch:UntagResource', () => cloudwatch.send(command), absent);
    },
  };
}
