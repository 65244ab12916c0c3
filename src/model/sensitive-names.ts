/*
 * Names in front of a value that make it a secret or personal data. The personal ones are those of HIPAA's Safe Harbor
 * (45 CFR 164.514(b)(2)(i), A to R), and the free text of a health record.
 */

/**
 * How far a value reaches when no quotes or brackets say so. `word`: to white space; `id`: over further words that hold a
 * digit; `prose`: to the next name, or to what ends a field; `line`: to the end of the line.
 */
export type Extent = 'word' | 'id' | 'prose' | 'line';

/** What a name says of its value. */
export interface Sensitive {
  /** What is shown in place of the value. */
  readonly hole: string;
  readonly extent: Extent;
  /** What the value has to begin with (sticky); absent: anything. */
  readonly when?: RegExp;
  /** Values that are nobody's (sticky). */
  readonly unless?: RegExp;
}

/** The unspecified address and loopback (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5) are everybody's own. */
const NOBODYS_ADDRESS =
  /(["'])?(?:(?:0\.0\.0\.0|127(?:\.\d{1,3}){3}|localhost)(?::\d{1,5})?|::1?)(?:\1(?![\w.])(?=["'\s,;&)}\]]|$))/y;
const TWO_NAMES = /["'\\]{0,4}[A-Z][a-z'’-]{1,30}(?:,? [A-Z][\w.'’-]{0,30}){1,3}(?=["'\\,;)}\]\n]|$)/y;

const SECRET: Sensitive = { hole: '[secret]', extent: 'word' };
const SECRET_LINE: Sensitive = { hole: '[secret]', extent: 'line' };
const ID: Sensitive = { hole: '[personal data]', extent: 'id' };
const PROSE: Sensitive = { hole: '[personal data]', extent: 'prose' };
const TEXT: Sensitive = { hole: '[personal data]', extent: 'line' };

/** Names by what they say, in words that are parted by a comma; a name may have other words in front of it. */
const NAMES: readonly (readonly [Sensitive, string])[] = [
  [
    SECRET,
    'password, passwd, pwd, pass word, passphrase, passcode, secret, token, jwt, bearer, api key, access key, secret key, private key, encryption key, signing key, account key, shared access key, master key, auth key, ssh key, license key, storage key, credential, session, sid, signature, sig, otp, pin, auth code, authorization code, verification code, reset code, connection string, dsn, csrf, xsrf, salt, cvv, cvc',
  ],
  [SECRET_LINE, 'authorization, cookie'],
  [{ ...SECRET, when: /["'\\]/y }, 'auth'],
  [
    ID,
    'ssn, social security, sin, itin, tin, tax id, tax number, national id, passport, mrn, medical record, health record, chart number, chart no, record number, record no, hicn, mbi, medicare, medicaid, member, subscriber, beneficiary, enrollee, policy id, policy no, policy number, health plan, plan id, plan number, insurance id, insurance number, insurance policy, group number, account, acct, iban, routing number, credit card, card number, card no, ccn, pan, invoice number, license number, license no, license id, licence number, licence no, licence id, drivers license, driver license, driving licence, certificate number, certificate no, certificate id, dea, npi, vin, vehicle id, vehicle identification, plate, license plate, licence plate, tag number, device id, device identifier, device serial, device, udid, idfa, serial, serial number, serial no, imei, imsi, meid, mac, mac address, biometric, fingerprint, voiceprint, faceprint, retina, iris, face id, appointment id, appointment number, encounter id, encounter, visit id, visit number, claim id, claim number, claim, case number, case id, referral id, prescription id, rx number, user id, customer id, client id, person id, employee id, guardian id, provider id, external id, phone, telephone, tel, mobile, cell, cell phone, fax, telefax, pager, zip, zip code, postal code, postcode, post code, plz, latitude, longitude, lat, lng, lon, coordinates, geocode, geolocation',
  ],
  [
    PROSE,
    'patient, patient name, member name, subscriber name, guardian name, contact name, person name, provider name, first name, last name, full name, given name, family name, middle name, maiden name, surname, nick name, legal name, preferred name, display name, user name, client name, customer name, guardian, guarantor, spouse, mother, father, next of kin, emergency contact, relative, employer, physician, therapist, clinician, street, city, town, county, precinct, parish, neighborhood, neighbourhood, email, e mail, mail, dob, birth, birth day, birthday, birth date, birthdate, born, date of birth, admission, admit, admitted, discharge, discharged, death, date of death, deceased, died, appointment, date of service, service date, dos, visit date, encounter date, surgery date, photo, picture, portrait, selfie, headshot, avatar, mugshot, homepage, profile url, personal url, website, linkedin, facebook, payload, body, parameters, params, bindings',
  ],
  [{ ...PROSE, unless: NOBODYS_ADDRESS }, 'address, addr'],
  [{ ...PROSE, when: TWO_NAMES }, 'name, contact, customer, client, user'],
  [{ ...PROSE, when: /["'\\[]/y }, 'given'],
  [
    TEXT,
    'diagnosis, diagnoses, dx, icd, icd code, icd ten, notes, clinical note, progress note, therapy note, session note, visit note, case note, nursing note, doctor note, chief complaint, complaint, reason for visit, visit reason, reason of visit, appointment reason, reason for appointment, symptom, medication, prescription, rx, allergy, allergies, treatment, treatment plan, assessment, medical history, family history, patient note, remarks',
  ],
];

/** Words that make a name sensitive wherever in it they stand: `patientStatus`, `ssn_last4`, `password_hash`. */
const ANYWHERE = 'patient, patients, ssn, mrn, password, passwd, passphrase, dob, birth, diagnosis, cookie';

/** Words behind a name that do not change what it names. */
const TRAILING = new Set(
  'number num no nr nbr id ids identifier value val text string str hash raw enc encrypted plain line code date time datetime at on list header field param old new current last hex url uri'.split(
    ' ',
  ),
);

/** Endings of names that are written in one word, such as `PGPASSWORD` or `dbpassword`. */
const ENDING =
  /(?:password|passwd|passphrase|secret|token|apikey|accesskey|secretkey|privatekey|credentials?|sess(?:ion)?id)$/;

interface Node {
  sensitive?: Sensitive;
  readonly before: Map<string, Node>;
}

/** The names by their words, the last word first. */
const LAST = new Map<string, Node>();
const SOMEWHERE = new Map<string, Sensitive>();

for (const [sensitive, names] of NAMES)
  for (const name of names.split(', ')) {
    const words = name.split(' ');
    const joined = words.join('');
    for (const form of [
      words,
      [joined],
      ...['id', 'number', 'no', 'num', 'date'].map((end) => [joined + end]),
    ])
      add(form, sensitive);
    for (const form of [words, [joined]]) add([...form.slice(0, -1), plural(form.at(-1) ?? '')], sensitive);
  }
for (const word of ANYWHERE.split(', ')) {
  const sensitive = LAST.get(word)?.sensitive;
  if (sensitive) SOMEWHERE.set(word, sensitive);
}

function add(words: readonly string[], sensitive: Sensitive): void {
  let nodes = LAST;
  words.toReversed().forEach((word, place) => {
    const node: Node = nodes.get(word) ?? { before: new Map() };
    nodes.set(word, node);
    if (place === words.length - 1) node.sensitive ??= sensitive;
    nodes = node.before;
  });
}

function plural(word: string): string {
  return `${word}${word.endsWith('s') ? 'es' : 's'}`;
}

/**
 * What a name says of its value, from its words in lower case, the last one first; undefined when it is harmless.
 * `tight` of them are one identifier, others stand in front of it in prose.
 */
export function sensitivityOf(words: readonly string[], tight: number): Sensitive | undefined {
  const found = ending(words);
  if (found && found.when === undefined) return found;
  return somewhere(words, tight) ?? found;
}

function ending(words: readonly string[]): Sensitive | undefined {
  for (let first = 0; first < words.length; first++) {
    const found = named(words, first);
    if (found) return found;
    if (!TRAILING.has(words[first] ?? '')) break;
  }
  return undefined;
}

function somewhere(words: readonly string[], tight: number): Sensitive | undefined {
  for (let place = 0; place < tight; place++) {
    const word = words[place] ?? '';
    const found = SOMEWHERE.get(word);
    if (found) return found;
    if (word.length > 6 && ENDING.test(word)) return SECRET;
  }
  return undefined;
}

/** The longest name that ends with the word at `first`. */
function named(words: readonly string[], first: number): Sensitive | undefined {
  let [nodes, found]: [Map<string, Node>, Sensitive | undefined] = [LAST, undefined];
  for (let place = first; place < words.length; place++) {
    const node = nodes.get(words[place] ?? '');
    if (!node) break;
    found = node.sensitive ?? found;
    nodes = node.before;
  }
  return found;
}
