import { describe, expect, it } from '@jest/globals';
import { withoutKeyedValues } from '../../../src/model/keyed-values.js';

const [SECRET, PERSONAL] = ['[secret]', '[personal data]'];

describe('a name', () => {
  it.each([
    'password',
    'PASSWORD',
    'dbPassword',
    'db_password',
    'db-password',
    'db.password',
    'user[password]',
    'db/password',
    'DB PASSWORD',
    'apiKey',
    'APIKey',
    'API_KEY',
    'api key',
    'accountPassword2',
    'password_2',
    'password_1234',
    'password_',
    'password__',
    'passwords',
    'passwordHash',
    'hash_of_password',
    'PGPASSWORD',
    'dbsecret',
    'passwordId',
    'tokens',
    'tokenid',
    'pinnumber',
    'credentials',
    'new_password_current',
    '"password"',
    "'password'",
    '`password`',
    '\\"password\\"',
    '\\\\\\"password\\\\\\"',
    '(password)',
    "x['password']",
    'password   ',
    'password\t',
    'password%22',
    'password%27',
    'password%5C',
    'password%5d',
    'password%22%5D',
    '"""""""password"""""""',
  ])('%j says that its value is a secret', (name) => {
    expect(withoutKeyedValues(`x, ${name}=abc y`)).toBe(`x, ${name}=${SECRET} y`);
    expect(withoutKeyedValues(`${name}: abc y`)).toBe(`${name}: ${SECRET} y`);
  });

  it.each([
    'passwor',
    'xpassword%20',
    'compass',
    'pass',
    'password_12345',
    'word',
    'tokenize',
    'password!',
    'password    ',
    'k',
    'monkey',
    'secretary',
    'mytoken%21',
    'secretx',
    'keypassx',
    'subtokens',
    '"""""""""password"""""""""',
    'key',
    'hash',
    'a.id',
  ])('%j says nothing of its value', (name) => {
    const text = `x, ${name}=abc y`;
    expect(withoutKeyedValues(text)).toBe(text);
  });

  it.each([
    ['password=abc', `password=${SECRET}`],
    ['password: abc', `password: ${SECRET}`],
    [':password=>"abc"', `:password=>"${SECRET}"`],
    ['password => abc', `password => ${SECRET}`],
    ['password%3Dabc&x=1', `password%3D${SECRET}&x=1`],
    ['password%3aabc x', `password%3a${SECRET} x`],
    ['%22password%22%3A%22abc%22', `%22password%22%3A%22${SECRET}%22`],
    ['<password>abc</password>', `<password>${SECRET}</password>`],
    ['<ns:db.pass-word>abc</x>', `<ns:db.pass-word>${SECRET}</x>`],
    [`<${'a'.repeat(40)}.token>abc</x>`, `<${'a'.repeat(40)}.token>${SECRET}</x>`],
    ['a=b, password=c, d=e, token=f', `a=b, password=${SECRET}, d=e, token=${SECRET}`],
    [
      'arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db',
      'arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db',
    ],
    ['arn:aws-cn:x:::secret:token:abc', `arn:aws-cn:x:::secret:token:${SECRET}`],
    ['barn: token: abc', `barn: token: ${SECRET}`],
    ['token:aws:x:y:1:secret:z', `token:${SECRET}`],
  ])('is parted from its value: %s', (text, shown) => {
    expect(withoutKeyedValues(text)).toBe(shown);
  });

  it.each([
    'password > abc',
    'if password>abc',
    '<a password>abc',
    `<${'a'.repeat(60)}.token>abc`,
    '<>abc',
    '>abc',
    '=abc',
    'password%3Xabc',
    'password abc',
    '<pass!word>abc',
  ])('is not parted from a value in %j', (text) => {
    expect(withoutKeyedValues(text)).toBe(text);
  });

  it.each([
    ['patient_arn:aws:s3:::x', 'patient_arn:aws:s3:::x'],
    ['accesskey_x=a, token_x=a', `accesskey_x=${SECRET}, token_x=a`],
    ['dbtoken=a, xtoken=a', `dbtoken=${SECRET}, xtoken=a`],
    ['pinno=1, pinnum=1, pinx=1', `pinno=${SECRET}, pinnum=${SECRET}, pinx=1`],
    ['appointmentdate=1', `appointmentdate=${PERSONAL}`],
    ['firstname=J; firstnames=J', `firstname=${PERSONAL}; firstnames=${PERSONAL}`],
    ['token_group=a', 'token_group=a'],
    ['patient_token=a', `patient_token=${SECRET}`],
    ['userSSN=1', `userSSN=${PERSONAL}`],
    ['auth.code=1, auth/code=1', `auth.code=${SECRET}, auth/code=${SECRET}`],
    ['auth[code]=1, auth-code=1', `auth[code]=${SECRET}, auth-code=${SECRET}`],
    ['auth_code=1, auth code=1', `auth_code=${SECRET}, auth code=${SECRET}`],
    ['auth1234_code=1, auth12345_code=1', `auth1234_code=${SECRET}, auth12345_code=1`],
    ['auth!code=1', 'auth!code=1'],
    ['patient--x=1', 'patient--x=1'],
    ['token=patient name: Jane', `token=${SECRET} name: Jane`],
    ['token=PATIENT name: Jane', `token=${SECRET} name: Jane`],
    ['patientStatus=open', `patientStatus=${PERSONAL}`],
    ['status of patient: open', `status of patient: ${PERSONAL}`],
    ['patient status: open', 'patient status: open'],
    ['ssn_last4=6789', `ssn_last4=${PERSONAL}`],
    ['member name: A', `member name: ${PERSONAL}`],
    ['memberIds=12', `memberIds=${PERSONAL}`],
    ['allergies: nuts', `allergies: ${PERSONAL}`],
    ['addresses: 1 A', `addresses: ${PERSONAL}`],
    ['icd code: F32', `icd code: ${PERSONAL}`],
    ['a b c d e password: x', `a b c d e password: ${SECRET}`],
    ['password_x_y_z_w=a', `password_x_y_z_w=${SECRET}`],
    ['password_v_x_y_z_w=a', 'password_v_x_y_z_w=a'],
    ['auth: "x"', `auth: "${SECRET}"`],
    ['auth: x', 'auth: x'],
    ['given: ["x"]', `given: ${PERSONAL}`],
    ['given: x', 'given: x'],
    ['name: "Jane Doe"', `name: "${PERSONAL}"`],
    ['name: Jane Q. Doe-Roe', `name: ${PERSONAL}`],
    ['name: \\"Doe, Jane\\"', `name: \\"${PERSONAL}\\"`],
    ['name: Jane', 'name: Jane'],
    ['name: Jane Doe is here', 'name: Jane Doe is here'],
    ['name: jane doe', 'name: jane doe'],
    ['passwordName: Jane', `passwordName: ${SECRET}`],
    ['address=12 Main', `address=${PERSONAL}`],
    ['address=localhost:80', 'address=localhost:80'],
    ['address: "::1"', 'address: "::1"'],
    ["address: '::', x", "address: '::', x"],
    ['address: 127.0.0.1; x', 'address: 127.0.0.1; x'],
    ['address: 0.0.0.0 12', 'address: 0.0.0.0 12'],
    ['address: 127.0.0.1x', `address: ${PERSONAL}`],
  ])('tells of a person: %s', (text, shown) => {
    expect(withoutKeyedValues(text)).toBe(shown);
  });
});

describe('the value of a name', () => {
  it.each([
    // A word: to white space, or to what ends it in a query, in JSON and in XML.
    ['token=a,b;c x', `token=${SECRET} x`],
    ["token=a'b' x", `token=${SECRET}' x`],
    ['token=a"b', `token=${SECRET}"b`],
    ['token=a&x=1', `token=${SECRET}&x=1`],
    ['token=a&b c', `token=${SECRET} c`],
    ['token=a&x[y]%20=1', `token=${SECRET}&x[y]%20=1`],
    ['token=a<b</x>', `token=${SECRET}</x>`],
    ['token=abc.)};,', `token=${SECRET}.)};,`],
    ['token=     abc', 'token=     abc'],
    ['token=    abc', `token=    ${SECRET}`],
    ['token = abc', `token = ${SECRET}`],
    ['token:\t  abc', `token:\t  ${SECRET}`],
    // An identifier: over words that have a digit.
    ['phone: (555) 123-4567, x', `phone: ${PERSONAL}, x`],
    ['phone: +1\t 555 x', `phone: ${PERSONAL} x`],
    ['phone: 555   123', `phone: ${PERSONAL}   123`],
    ['account=1,234,x', `account=${PERSONAL},x`],
    ["mrn=a'b|c", `mrn=${PERSONAL}|c`],
    ['mrn: 12 a3 b c4', `mrn: ${PERSONAL} b c4`],
    ['mrn: 12 ab3cd e', `mrn: ${PERSONAL} e`],
    ['mrn=1>2', `mrn=${PERSONAL}>2`],
    // A line, but for the rest of the JSON around it.
    ['notes: a; b, c: d\ne', `notes: ${PERSONAL}\ne`],
    ['{"msg":"notes: a \\" b"}', `{"msg":"notes: ${PERSONAL}"}`],
    ['{"msg":"notes: a, b","x":1}', `{"msg":"notes: ${PERSONAL}","x":1}`],
    ['{"msg":"notes: a, b" , "x":1}', `{"msg":"notes: ${PERSONAL}" , "x":1}`],
    ['["notes: a"]', `["notes: ${PERSONAL}"]`],
    ['"notes: a"', `"notes: ${PERSONAL}"`],
    ['"notes: a"\nx', `"notes: ${PERSONAL}"\nx`],
    ['notes: say "a" b', `notes: ${PERSONAL}`],
    ['authorization: Basic a b', `authorization: ${SECRET}`],
    // Prose: to the next name, or to what ends a field.
    ['patient: Jane Doe, status: 500', `patient: ${PERSONAL}, status: 500`],
    ['patient: Jane Doe\tstatus=500', `patient: ${PERSONAL}\tstatus=500`],
    ['patient: Jane,status=500', `patient: ${PERSONAL},status=500`],
    ['patient: Jane 10:30 x', `patient: ${PERSONAL}`],
    ['patient: Jane a:b x', `patient: ${PERSONAL}`],
    ['patient: Jane a:"b"', `patient: ${PERSONAL} a:"b"`],
    ['patient: a:b x', `patient: ${PERSONAL}`],
    ['patient: a=b x', `patient: ${PERSONAL}`],
    ['patient: Jane = x', `patient: ${PERSONAL}`],
    ['patient: A (b) [c] {d} f) e', `patient: ${PERSONAL}) e`],
    ['patient: A] b', `patient: ${PERSONAL}] b`],
    ['patient: A} b', `patient: ${PERSONAL}} b`],
    ['patient: A; b', `patient: ${PERSONAL}; b`],
    ['patient: A | b', `patient: ${PERSONAL}| b`],
    ['patient: A & b', `patient: ${PERSONAL}& b`],
    ['patient: A < b', `patient: ${PERSONAL}< b`],
    ['patient: A ` b', `patient: ${PERSONAL}\` b`],
    ['patient: A" b', `patient: ${PERSONAL}" b`],
    ['patient: A\r\nb', `patient: ${PERSONAL}\r\nb`],
    ["patient: O'Neil' b", `patient: ${PERSONAL}' b`],
    ['patient: A\\nb', `patient: ${PERSONAL}\\nb`],
    ['patient: A\\" b', `patient: ${PERSONAL}\\" b`],
    ['patient: A\\xb', `patient: ${PERSONAL}`],
    // Quotes of any depth.
    ['patient="a b" c', `patient="${PERSONAL}" c`],
    ["patient='a b' c", `patient='${PERSONAL}' c`],
    ['patient=`a b` c', `patient=\`${PERSONAL}\` c`],
    ['patient="a \\" b" c', `patient="${PERSONAL}" c`],
    ['patient="a \\\\" b" c', `patient="${PERSONAL}" b" c`],
    ['patient=\\"a \\\\\\" b\\" c', `patient=\\"${PERSONAL}\\" c`],
    ['patient=\\"a" c', `patient=\\"${PERSONAL}" c`],
    ['patient=\\\\\\"a b\\\\\\" c', `patient=\\\\\\"${PERSONAL}\\\\\\" c`],
    ['patient="a b\nc"', `patient="${PERSONAL}\nc"`],
    ['patient="a b', `patient="${PERSONAL}`],
    ['patient="a \'b\' c" d', `patient="${PERSONAL}" d`],
    ['patient=%22a+b%20c%22&x', `patient=%22${PERSONAL}%22&x`],
    ['patient=%22a b', `patient=%22${PERSONAL} b`],
    // Brackets up to their own.
    ['patient={"a":["]","x"]} b', `patient=${PERSONAL} b`],
    ["patient=['}', ')'] b", `patient=${PERSONAL} b`],
    ['patient=(a, (b)) c', `patient=${PERSONAL} c`],
    ['patient={\\"a\\":\\"}\\"} b', `patient=${PERSONAL} b`],
    ['patient={"a":"\\"}"} b', `patient=${PERSONAL} b`],
    ['patient={a:"it\'s }"} b', `patient=${PERSONAL} b`],
    ['patient={a', `patient=${PERSONAL}`],
    ['mrn=(12) 3 x', `mrn=${PERSONAL} x`],
    ['mrn=[1, 2] x', `mrn=${PERSONAL} x`],
  ])('ends where it does: %s', (text, shown) => {
    expect(withoutKeyedValues(text)).toBe(shown);
  });

  it.each([
    'token=',
    'token= ',
    'token=null',
    'token="null", x',
    "token:'undefined'",
    'token=none;',
    'token: nil)',
    'token=true}',
    'token=false&x',
    'token=""',
    "token=''",
    'token=\\"\\"',
    'token=\\\\\\"\\\\\\", x',
    'token=null\\n',
    'token=null</x>',
    'token=.',
    'patient=,',
  ])('is not there in %j', (text) => {
    expect(withoutKeyedValues(text)).toBe(text);
  });

  it.each(['token=nullx', 'token=null-x', 'token="null\'', 'token=null|x', 'token="x"'])(
    'is there in %j',
    (text) => {
      expect(withoutKeyedValues(text)).toContain(SECRET);
    },
  );
});
