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
const TRAILING =
  'number num no nr nbr id ids identifier value val text string str hash raw enc encrypted plain line code date time datetime at on list header field param old new current last hex url uri';

/** Endings of names that are written in one word, such as `PGPASSWORD` or `dbpassword`, and how long the word is at least. */
const ENDINGS =
  'password passwd passphrase secret token apikey accesskey secretkey privatekey credential credentials sessid sessionid';
const LEAST_WITH_ENDING = 7;

/** A word that tells something of the names that it is part of. */
export interface Word {
  /** The names of which it is the last word. */
  readonly names: Names;
  /** What it says wherever in a name it stands. */
  anywhere?: Sensitive | undefined;
  trailing: boolean;
}

/** Names that end with the same words, by the word in front of those. */
interface Names {
  sensitive?: Sensitive;
  readonly before: Map<Word, Names>;
}

/** Words that end with the same letters, by the letter in front of those. */
interface Letters {
  word?: Word;
  ending: boolean;
  readonly before: (Letters | undefined)[];
}

const A = 97;
const LOWER = 32;
const WORDS: Letters = { ending: false, before: [] };
/** Any word with one of the endings. */
const WITH_ENDING: Word = { names: { before: new Map() }, anywhere: SECRET, trailing: false };
let learned = false;

/** Fills `WORDS`, which takes ten milliseconds: what AWS is asked first does not wait for it. */
function learn(): void {
  learned = true;
  for (const ending of ENDINGS.split(' ')) {
    lettersOf(ending).ending = true;
    if (ending.length >= LEAST_WITH_ENDING) added(ending).anywhere = SECRET;
  }
  for (const word of TRAILING.split(' ')) added(word).trailing = true;
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
  for (const text of ANYWHERE.split(', ')) {
    const word = added(text);
    word.anywhere = word.names.sensitive;
  }
}

function add(words: readonly string[], sensitive: Sensitive): void {
  let names: Names | undefined;
  for (const word of words.map(added).toReversed()) {
    const longer: Names = names ? (names.before.get(word) ?? { before: new Map() }) : word.names;
    names?.before.set(word, longer);
    names = longer;
  }
  if (names) names.sensitive ??= sensitive;
}

function added(text: string): Word {
  return (lettersOf(text).word ??= { names: { before: new Map() }, trailing: false });
}

function lettersOf(text: string): Letters {
  let letters = WORDS;
  for (let at = text.length - 1; at >= 0; at--)
    letters = letters.before[text.charCodeAt(at) - A] ??= { ending: false, before: [] };
  return letters;
}

function plural(word: string): string {
  return `${word}${word.endsWith('s') ? 'es' : 's'}`;
}

/** The word of which a part of a text consists, letters in either case; undefined when it tells nothing. */
export function wordIn(text: string, start: number, end: number): Word | undefined {
  if (!learned) learn();
  let letters: Letters | undefined = WORDS;
  let ending = false;
  for (let at = end - 1; at >= start; at--) {
    letters = letters.before[(text.charCodeAt(at) | LOWER) - A];
    if (!letters) break;
    ending ||= letters.ending;
  }
  return letters?.word ?? (ending && end - start >= LEAST_WITH_ENDING ? WITH_ENDING : undefined);
}

/**
 * What a name says of its value, from its words, the last one first; undefined when it is harmless. `tight` of them are
 * one identifier, others stand in front of it in prose.
 */
export function sensitivityOf(words: readonly (Word | undefined)[], tight: number): Sensitive | undefined {
  const found = ending(words);
  if (found && found.when === undefined) return found;
  return somewhere(words, tight) ?? found;
}

function ending(words: readonly (Word | undefined)[]): Sensitive | undefined {
  for (let first = 0; first < words.length; first++) {
    const found = named(words, first);
    if (found) return found;
    if (!words[first]?.trailing) break;
  }
  return undefined;
}

function somewhere(words: readonly (Word | undefined)[], tight: number): Sensitive | undefined {
  for (let place = 0; place < tight; place++) {
    const found = words[place]?.anywhere;
    if (found) return found;
  }
  return undefined;
}

/** The longest name that ends with the word at `first`. */
function named(words: readonly (Word | undefined)[], first: number): Sensitive | undefined {
  let names = words[first]?.names;
  let found: Sensitive | undefined;
  for (let place = first + 1; names; place++) {
    found = names.sensitive ?? found;
    const word = words[place];
    names = word && names.before.get(word);
  }
  return found;
}
