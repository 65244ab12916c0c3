import { describe, expect, it } from '@jest/globals';
import { isJson, mediaType } from '../../../src/model/media-type.js';

describe('Content-Type', () => {
  it.each<[string[], string]>([
    [['application/json'], 'application/json'],
    [['Application/JSON; Charset=UTF-8'], 'application/json'],
    [['text/html;charset="utf-8"'], 'text/html'],
    [['text/plain ; a="x;y,\\"z" ;; b=c ;'], 'text/plain'],
    [['application/problem+json', 'application/problem+json; charset=utf-8'], 'application/problem+json'],
    [['application/vnd.api+json'], 'application/vnd.api+json'],
  ])('of %j is %s', (values, type) => {
    expect(mediaType(values)).toBe(type);
  });

  it.each([
    [[]],
    [['']],
    [['json']],
    [['application/']],
    [['/json']],
    [['application/json, text/html']],
    [['application/json charset=utf-8']],
    [['application/json; charset']],
    [['application/json; charset = utf-8']],
    [['application/json; charset="utf-8']],
    [['application/json; a="b"c']],
    [['application / json']],
    [['application/json/x']],
    [['application/json', 'text/html']],
    [['application/json', '']],
    [['"application/json"']],
  ])('of %j is not known', (values) => {
    expect(mediaType(values)).toBeUndefined();
  });
});

describe('a type', () => {
  it.each(['application/json', 'application/problem+json', 'application/vnd.api+json', 'image/x+json'])(
    '%s is JSON',
    (type) => {
      expect(isJson(type)).toBe(true);
    },
  );

  it.each([
    undefined,
    'text/html',
    'application/jsonp',
    'application/json5',
    'application/x-json',
    'application/json-seq',
  ])('%s is not', (type) => {
    expect(isJson(type)).toBe(false);
  });
});
