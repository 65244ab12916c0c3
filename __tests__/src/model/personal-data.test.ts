import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { personalDataIn } from '../../../src/model/personal-data.js';

const found = (text: string): string[] => personalDataIn(text).map(({ kind, count }) => `${count} ${kind}`);

describe('personal data', () => {
  it.each<[string, string]>([
    ['social security number', 'patient 123-45-6789.'],
    ['social security number', '"ssn":"123-45-6789"'],
    ['social security number', '"ssn":"123456789"'],
    ['social security number', '{\\"patientSsn\\": \\"123456789\\"}'],
    ['social security number', '"line\\n123-45-6789\\tline"'],
    ['social security number', '<ssn>899998888</ssn>'],
    ['social security number', 'Social Security Number: 123456789'],
    ['record or member number', 'MRN 00123456'],
    ['record or member number', 'mrn=A12-3456'],
    ['record or member number', '"medicalRecordNumber":"12345"'],
    ['record or member number', '"patient_id": 1234567'],
    ['record or member number', 'Member ID: XYZ123456789'],
    ['record or member number', '"policyNumber":"P-2026-0001"'],
    ['date of birth', '"dob":"1980-02-29"'],
    ['date of birth', '"birthDate" : "1980-02-29T00:00:00.000Z"'],
    ['date of birth', 'date_of_birth=02/29/1980'],
    ['date of birth', 'Date of birth: Feb 29, 1980'],
    ['date of birth', '"dateOfBirth":19800229'],
    ['telephone number', 'call (415) 555-2671'],
    ['telephone number', 'call +1 415-555-2671'],
    ['telephone number', 'call 415.555.2671 now'],
    ['telephone number', '"phone":"+4915112345678"'],
    ['telephone number', '"phone_number": 4155552671'],
    ['e-mail address', 'mail to jane.doe+x@mail.example.org.'],
    ['e-mail address', '"email":"JANE@EXAMPLE.ORG"'],
    ['national provider identifier', 'NPI: 1234567893'],
    ['national provider identifier', '"npi":"1245319599"'],
    ['Medicare beneficiary identifier', 'MBI 1EG4-TE5-MK73'],
    ['Medicare beneficiary identifier', '"mbi":"1EG4TE5MK73"'],
    ['FHIR patient', '{"resourceType":"Patient","id":"x"}'],
    ['FHIR patient', '"{\\"resourceType\\" : \\"Patient\\"}"'],
    ['HL7 message', 'MSH|^~\\&|A|B'],
    ['HL7 message', 'x\rPID|1||x'],
    ['HL7 message', '"x\\rPID|1||x"'],
    ['payment card number', 'card 4111 1111 1111 1111'],
    ['payment card number', '3782-822463-10005'],
    ['payment card number', '"cardNumber":"4111111111111111"'],
  ])('of kind %s is in %j', (kind, text) => {
    expect(found(text)).toEqual([`1 ${kind}`]);
  });

  it.each([
    '',
    '000-12-3456 666-12-3456 900-12-3456 987-65-4321 123-00-4567 123-45-0000',
    '0123-45-6789 123-45-67890 1-123-45-6789 123-45-6789-1 a123-45-6789',
    'number 123456789, className: 123456789',
    '"ssn":"000456789", "ssn":"123006789", "ssn":"123450000", "ssn":null',
    '{"errors":[{"field":"memberId","message":"member id is required"}]}',
    '"patientId":"3b241101-e2bb-4255-8caf-4136c566a962"',
    '"mrn":"0123456789abcdef0123456789abcdef01234567"',
    '"patient_id must be a number", "mrn":"1234"',
    '"createdAt":"1980-02-29", adobe: 1980-02-29',
    '{"timestamp":"2026-11-24T03:05:45.123Z","time":1795489545123,"epoch":1795489545}',
    '2026-11-24 03:05:45,123 +0000',
    '{"required":"memberId"}\n2026-11-24 03:05:45 <span>4111111111111111</span>',
    '"dob":"must be a date"',
    '3b241101-e2bb-4255-8caf-413656677962',
    '11111111-2222-4333-8444-555555555555',
    'call 415-555-267, 1415-555-2671, 415-155-2671, 115-555-2671, (800) 555-0199, +1 888-555-0199',
    '4155552671',
    'v1.23.456.7890 10.0.19045.3570 131.0.6778.204',
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'express@5.3.0 react@19.0.0-rc.next logo@2x.png git@host @app.example.com a@b',
    'NPI: 1234567890, 1234567893, "npi":"12345678930"',
    '1SG4-TE5-MK73 0EG4-TE5-MK73 1EG4TE5MK7 1EG4TE5MK735 1eg4te5mk73 A1EG4TE5MK73 1EG4-TE5MK73',
    '{"resourceType":"OperationOutcome"} "Patient"',
    'PIDX| pid|1 MSH| |PID|',
    '4111 1111 1111 1112, 4111-1111 1111 1111, 4111111111111111, "card":"4111111111111112"',
    '0000-0000-0000-0000',
  ])('is not in %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('is counted by its kind', () => {
    expect(personalDataIn('"ssn":"123456789" 123-45-6789 a@b.org c@d.org')).toEqual([
      { kind: 'social security number', count: 2 },
      { kind: 'e-mail address', count: 2 },
    ]);
  });

  it('is not in what machines write', () => {
    const hex = (length: number): fc.Arbitrary<string> =>
      fc.string({
        unit: fc.constantFrom(...'0123456789abcdef'.split('')),
        minLength: length,
        maxLength: length,
      });
    const written = fc.oneof(
      fc.uuid(),
      hex(7),
      hex(40),
      hex(64).map((digest) => `sha256:${digest}`),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.nat(2 ** 31).map(String),
      fc.maxSafeNat().map(String),
      fc.tuple(fc.nat(99), fc.nat(99), fc.nat(9_999)).map((numbers) => numbers.join('.')),
    );
    fc.assert(
      fc.property(fc.array(written), fc.constantFrom(' ', ',', '","', '/', '\n'), (all, between) => {
        expect(found(all.join(between))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
