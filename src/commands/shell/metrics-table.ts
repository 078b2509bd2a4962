import type { Metric } from '../../telemetry/metrics.ts';
import { columns } from './columns.ts';
import { wrapped } from './wrap.ts';

/** Metrics as tables: for each its name, unit and meaning, then a line for each series with its labels but without their names. */
export function metricsTable(metrics: readonly Metric[], width: number): string {
  return metrics
    .flatMap((metric) => [
      ...wrapped(`${metric.name} [${metric.unit}]: ${metric.description}`, width, 0),
      ...columns(rowsOf(metric), width - 2).map((line) => `  ${line}`),
      '',
    ])
    .join('\n');
}

const rowsOf = (metric: Metric): string[][] =>
  metric.kind === 'histogram'
    ? [
        ['count', 'mean', 'least', 'most', 'of'],
        ...metric.series.map(({ labels, count, sum, min, max }) => [
          String(count),
          figure(sum / count),
          figure(min),
          figure(max),
          labelText(labels),
        ]),
      ]
    : [
        [metric.kind === 'counter' ? 'count' : 'most', 'of'],
        ...metric.series.map(({ labels, value }) => [String(value), labelText(labels)]),
      ];

const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 3 : 1));

/** A model that answered under the name by which it was asked is named once. */
const labelText = (labels: Readonly<Record<string, string>>): string => [...new Set(Object.values(labels))].join(' ');
