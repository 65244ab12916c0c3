import { describe, expect, it } from '@jest/globals';
import { withoutPersonalShapes } from '../../../src/model/personal-shapes.js';

describe('personal data in what a database or a health system writes', () => {
  it.each([
    ['Key (email)=(a b) already exists.', 'Key (email)=([value]) already exists.'],
    ['Key (a, b)=(1, x\ny', 'Key (a, b)=([value])\ny'],
    ['Failing row contains (1, Jane).", x', 'Failing row contains ([value])", x'],
    ['Failing row contains (1\n2', 'Failing row contains ([value])\n2'],
    ["Duplicate entry 'a'b' for key 'x'", "Duplicate entry '[value]' for key 'x'"],
    ["Duplicate entry 'a\nb", "Duplicate entry '[value]' for key\nb"],
    ["INSERT values   ('Jane', 1)\nx", 'INSERT values   ([values])\nx'],
    ['VALUES(1)", x', 'VALUES([values])", x'],
    ['PID|1||x\rNK1|1|y\nx', 'PID|[personal data]\rNK1|[personal data]\nx'],
    ['"OBX|1|x" y', '"OBX|[personal data]" y'],
    [
      'IN1|a\nIN2|a\nIN3|a\nGT1|a',
      'IN1|[personal data]\nIN2|[personal data]\nIN3|[personal data]\nGT1|[personal data]',
    ],
    ['{"resourceType":"Patient","x":1}\ny', '{"resourceType":"Patient"[personal data]\ny'],
    [
      '{\\"resourceType\\" : \\"RelatedPerson\\",1',
      '{\\"resourceType\\" : \\"RelatedPerson\\"[personal data]',
    ],
    ['{"resourceType"   :   "Person"}', '{"resourceType"   :   "Person"[personal data]'],
    ['src="data:image/png;base64,aB/+" x', 'src="data:[personal data]" x'],
    [
      "DATA:,a b <data:,a> (data:,a) 'data:,a' data:,a\\n",
      "DATA:[personal data] b <data:[personal data]> (data:[personal data]) 'data:[personal data]' data:[personal data]\\n",
    ],
  ])('is removed: %j', (text, shown) => {
    expect(withoutPersonalShapes(text)).toBe(shown);
  });

  it.each([
    'Key (email) = (a)',
    'a row contains (1)',
    'VALUES    (1)',
    'myVALUES (1)',
    'XPID|1',
    'PID 1|2',
    '{"resourceType":"OperationOutcome"}',
    '{"resourceType"    :"Patient"}',
    'metadata:x,y data: x, y',
  ])('is not seen in %j', (text) => {
    expect(withoutPersonalShapes(text)).toBe(text);
  });
});

describe('personal data behind a word', () => {
  it.each([
    ['patient 5512 not found', 'patient [personal data] not found'],
    ['Patients #5512, x', 'Patients #[personal data], x'],
    ['member id no. A-123 is', 'member id no. [personal data] is'],
    ['claim_number # X123; x', 'claim_number # [personal data]; x'],
    ['chart-nr was in 1234 x', 'chart-nr was in [personal data] x'],
    ['phone (555) 123-4567 now', 'phone [personal data] now'],
    ['fax +1 555 123 4567, x', 'fax [phone], x'],
    ['ssn 123 45 6789!', 'ssn [ssn]!'],
    ['license abc-d12-e3 x', 'license [personal data] x'],
    ['born on 1980-02-29.', 'born on [personal data].'],
    ['Born: 2/9/80, x', 'Born: [personal data], x'],
    ['dob 29.02.1980 x', 'dob [personal data] x'],
    ['date of birth: 19800229 x', 'date of birth: [personal data] x'],
    ['birthdate   Feb. 29, 1980!', 'birthdate   [personal data]!'],
    ['Admission date was at September 1 2020 x', 'Admission date was at [personal data] x'],
    ['discharged in 1. march 2020.', 'discharged in [personal data].'],
    ['died 2020/1/2 seen 20200102', 'died [personal data] seen [personal data]'],
    ['patient Jane not found', 'patient [personal data] not found'],
    ['PATIENT Jane Q. O’Neil Doe III is', 'PATIENT [personal data]III is'],
    ['Mrs. Zoë Müller, x', 'Mrs. [personal data], x'],
    ['Mr Ab and Dr. Cd-Ef, Prof X', 'Mr [personal data] and Dr. [personal data], Prof [personal data]'],
    ['Ms A. Miss B', 'Ms [personal data]'],
    ['at 12 Main Street, x, 3 Old Lane', 'at [personal data], x, [personal data]'],
    ['(1 N. Old Mill Creek Rd.)', '([personal data])'],
    ['123456 E O’Neil-Doe Ave x', '[personal data] x'],
    ['Springfield, IL 62704 USA', 'Springfield, IL [personal data] USA'],
    ['Boston,MA 02134-1234, NY 10001.', 'Boston,MA [personal data], NY [personal data].'],
  ])('is removed: %j', (text, shown) => {
    expect(withoutPersonalShapes(text)).toBe(shown);
  });

  it.each([
    'patient 12 of 3',
    'patient x is here',
    'patient ab12 is here',
    'outpatient 5512 x',
    'patient    5512',
    'visits are 5512',
    'born in a year',
    'stillborn 1980-02-29',
    'born 1980',
    'born    1980-02-29',
    'patient jane',
    'impatient Jane',
    'Drs Jane, Mr: Jane',
    'v12 Main Street',
    '1.12 Main Street',
    '1234567 Main Street',
    '12 main Street',
    '12 Street',
    '12 A B C D E Street',
    '12 Main Streets',
    'Springfield, XX 62704',
    'Springfield IL 62704',
    'Springfield, IL 627041',
    'Springfield, IL 6270',
  ])('is not seen in %j', (text) => {
    expect(withoutPersonalShapes(text)).toBe(text);
  });
});

describe('personal data with a shape of its own', () => {
  it.each([
    ['mail to jane.doe+x@mail.example.org.', 'mail to [email].'],
    ['<jürgen@exämple.org>,"a@b.co",x=a@b.co;', '<[email]>,"[email]",x=[email];'],
    ['a@b.c@d.org', 'a@[email]'],
    ['q=jane.doe-x%40example.org&x', 'q=[email]&x'],
    ['j+x%40a.b.co x', '[email] x'],
    ['987-65-4321!', '[ssn]!'],
    ['x 123 45 6789, 123\u201145\u20116789', 'x [ssn], [ssn]'],
    ['123.45.6789 123–45−6789.', '[ssn] [ssn].'],
    ['4111 1111-1111 1111!', '[number]!'],
    ['x 3782-822463-10005 y', 'x [number] y'],
    ['(3482 822463 10005)', '([number])'],
    ['(555) 123-4567!', '[phone]!'],
    ['555.123.4567 x 555 123 4567', '[phone] x [phone]'],
    ['+1 555-123-4567. 1.555-123-4567', '[phone]. [phone]'],
    ['1-(555)123-4567 0015551234567', '[phone] [number]'],
    ['+44 20 7946 0958, +491511234', '[phone], [phone]'],
    ['+49 (0)151.123-45 67!', '[phone]!'],
    ['1EG4-TE5-MK73 1EG4TE5MK73!', '[personal data] [personal data]!'],
    ['1HGCM82633A004352!', '[personal data]!'],
    ['00:1B:44:11:3A:B7!', '[mac]!'],
    ['x 00-1b-44-11-3a-b7 y', 'x [mac] y'],
    ['203.0.113.7:443 10.0.0.0.', '[ip]:443 [ip].'],
    ['128.0.0.1 127.0.0.1 0.0.0.0', '[ip] 127.0.0.1 0.0.0.0'],
    ['ip-10-0-3-17.ec2.internal', '[ip].ec2.internal'],
    ['2001:db8::8a2e:370:7334 x', '[ip] x'],
    ['ab::99 12345678901234567 0.0.0.01', '[ip] [number] [ip]'],
    ['[fe80::1]:443 1:2:3:4:5:6:7:8', '[[ip]]:443 [ip]'],
    ['::ffff:12 x ab::', '[ip] x ab::'],
    ['/patients/5512?x /Members/a%20b/c', '/patients/[id]?x /Members/[id]/c'],
    ['/users/x@y "/visits/a1"', '/users/[id] "/visits/[id]"'],
    ['number 123456789!', 'number [number]!'],
    ['(1795489545123)', '([number])'],
    ['ntime 1795489545 time 1795489545', 'ntime [number] time [number]'],
  ])('is removed: %j', (text, shown) => {
    expect(withoutPersonalShapes(text)).toBe(shown);
  });

  it.each([
    'a@b git@host @app.example.com name@1.2.3 a@b.c1',
    'a%40b',
    '1234-56-7890 123-45-67890 123-45-6789-1 a123-45-6789 1.123-45-6789 123-45-6789.1 123-456-789',
    '4111 1111 1111 111 a4111-1111-1111-1111 4111-1111-1111-1111-1',
    '3582-822463-10005',
    '555-123-456 555-123-4567-8 a555-123-4567 555-123-4567.1',
    '+1 234, +0 1234567, 1+1234',
    '1SG4-TE5-MK73 0EG4-TE5-MK73 1EG4TE5MK7 1EG4TE5MK735 1eg4te5mk73 A1EG4TE5MK73 1EG4-TE5MK73 =x/1EG4TE5MK73',
    '1HGCM82633A00435 I1HGCM82633A004352 1HGCM82633AO04352',
    '00:1B:44:11:3A 00:1B:44:11:3A:B7:FF a00:1B:44:11:3A:B7',
    '1.2.3 1.2.3.4.5 v1.2.3.4 1.2.3.4a 1234.2.3.4',
    'zip-10-0-3-17 ip-10-0-3',
    '12:34:56 ::1 :: a::b::1 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 12345::1 fe::de 1:2:3:4:5:6:7::8 1::2:3:4:5:6:7::8 1:2:3:4:5:6:7:12345',
    '/patients/new /patients/ /things/5512 patients/5512',
    '12345678 a123456789 123456789-x 123456789.1 1.123456789 123456789012.dkr.ecr',
    'ecs-svc/1234567890123456789 arn:aws:ecs:us-east-1:706704660887:x',
    '"time":1795489545123,"ts": 1795489545, epoch=1795489545123456, timestamp: 1500000000',
  ])('is not seen in %j', (text) => {
    expect(withoutPersonalShapes(text)).toBe(text);
  });
});
