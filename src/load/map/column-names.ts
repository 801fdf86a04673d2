import { quoteText } from '../../text/quote-value.ts';

/** For columns without a name. `drop`: leave the column out; `name`: name it after its position, like `column_16`. */
export type UnnamedColumns = 'reject' | 'drop' | 'name';

/** For columns with the name of an earlier one. `rename`: add a number, like `x_2`. */
export type SameNames = 'reject' | 'rename';

export interface NameRules {
  readonly unnamed: UnnamedColumns;
  readonly sameName: SameNames;
}

/** The names of all columns. A column that is left out has an empty name. */
export interface CompletedNames {
  readonly names: readonly string[];
  /** Names that the rules reject, each as part of a message. */
  readonly problems: readonly {
    readonly column: number;
    readonly kind: 'unnamed' | 'same name';
    readonly text: string;
  }[];
}

/** Completes the names of a header. Generated names take the next free number. */
export function completeNames(fields: readonly string[], { unnamed, sameName }: NameRules): CompletedNames {
  const taken = new Set(fields);
  const columnOfName = new Map<string, number>();
  const lastNumbers = new Map<string, number>();
  const problems: CompletedNames['problems'][number][] = [];
  /** Returns the first free name from `PREFIX_FIRST` on. */
  const generate = (prefix: string, first: number): string => {
    let number = Math.max(first, (lastNumbers.get(prefix) ?? 0) + 1);
    while (taken.has(`${prefix}_${number}`)) number++;
    lastNumbers.set(prefix, number);
    taken.add(`${prefix}_${number}`);
    return `${prefix}_${number}`;
  };
  const names = fields.map((name, index) => {
    const column = index + 1;
    if (name === '') {
      if (unnamed === 'name') return generate('column', column);
      if (unnamed === 'reject')
        problems.push({ column, kind: 'unnamed', text: `the name of column ${column} is empty` });
      return name;
    }
    const earlier = columnOfName.get(name);
    if (earlier === undefined) {
      columnOfName.set(name, column);
      return name;
    }
    if (sameName === 'rename') return generate(name, 2);
    const text = `columns ${earlier} and ${column} are both named ${quoteText(name)}`;
    problems.push({ column, kind: 'same name', text });
    return name;
  });
  return { names, problems };
}
