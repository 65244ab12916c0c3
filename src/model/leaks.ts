import { withBreaks } from './escaped-text.js';

/*
 * Signs that an answer tells about the inside of the service. Every pattern is linear: repetitions are bounded, or run over one
 * class of characters that cannot begin again in the middle of itself.
 */

/** Signs of one kind, and how many there are. */
export interface Leak {
  readonly kind: string;
  readonly count: number;
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const CONSTRAINTS = 'unique|foreign key|not-null|check|exclusion';

/** Texts come as they are, as JSON strings and as HTML, so that quotes may be escaped. */
const LEAKS: readonly (readonly [string, RegExp])[] = [
  [
    'stack trace of Node.js',
    /\.[cm]?[jt]sx?:\d{1,7}:\d{1,7}(?!\d)|\bnode:[\w/]{1,60}:\d{1,7}|\bnode_modules[/\\]|\bat <anonymous>/g,
  ],
  [
    'stack trace of Java',
    /\.(?:java|kt|scala|groovy):\d{1,6}\)|\((?:Native Method|Unknown Source)\)|\bCaused by: \w|\bException in thread \\?"|\b(?:java|javax|jakarta|org|com|io)(?:\.[a-z]\w{0,40}){1,8}\.[A-Z]\w{0,60}(?:Exception|Error)\b/g,
  ],
  [
    'stack trace of Python',
    /\bTraceback \(most recent call last\)|\.py(?:\\?"|&quot;|&#34;|'|&#39;|&#x27;), line \d/g,
  ],
  [
    'stack trace of .NET',
    /\.(?:cs|fs|vb|cshtml):line \d|\b(?:System|Microsoft)(?:\.[A-Z]\w{0,40}){1,6}Exception\b|--- End of (?:inner exception )?stack trace/g,
  ],
  [
    'stack trace of Go',
    /\bgoroutine \d{1,9} \[|\.go:\d{1,7} \+0x[\da-f]|\bpanic: |\bruntime error: (?:invalid memory|index out|slice bounds|integer divide)/g,
  ],
  ['stack trace of Ruby', /\.rb:\d{1,7}:in\b/g],
  [
    'stack trace of PHP',
    /\bStack trace:(?:\s|<br)|\.php(?:\(\d{1,7}\)|:\d{1,7}\b| on line )|\bPHP (?:Fatal|Parse) error: |<b>(?:Fatal error|Parse error|Warning|Notice|Deprecated)<\/b>:/g,
  ],
  ['stack trace of Rust', /' panicked at |\.rs:\d{1,7}:\d{1,7}|\bRUST_BACKTRACE\b/g],
  [
    'error of the database',
    new RegExp(
      [
        String.raw`\bSQLSTATE\b|\bORA-\d{5}\b|\bPG::[A-Z]|\bpq: |\bpsycopg\d?\.|\bER_[A-Z]{2,20}_[A-Z]{2}|\bSQLITE_[A-Z]{2}|\bE11000 duplicate key`,
        String.raw`\bMongo(?:Server|Network|Bulk|Write)Error\b|\bsyntax error at or near |\bYou have an error in your SQL syntax|\bUnclosed quotation mark after`,
        String.raw`\b(?:relation|column) (?:\\?"|&quot;)[\w.]{1,130}(?:\\?"|&quot;) does not exist|\bviolates (?:${CONSTRAINTS}) constraint|\bno such (?:table|column): `,
        String.raw`\bUnknown column ['&]|\bTable '[\w.]{1,130}' doesn't exist|\bWRONGTYPE Operation|\bDeadlock found when`,
      ].join('|'),
      'g',
    ),
  ],
  [
    'error of the ORM',
    /\bPrismaClient\w{0,40}Error|\bSequelize\w{0,40}Error|\bQueryFailedError\b|\bDrizzle\w{0,20}Error\b|\bKnex\w{0,20}Error\b|\bMongooseError\b|\bsqlalchemy\.|\bdjango\.db\.|\bActiveRecord::|\borg\.hibernate\.|\bDoctrine\\|\bIlluminate\\/g,
  ],
  [
    'error of the system',
    /\b(?:connect|getaddrinfo|read|write|open|scandir|stat|listen|spawn) E(?:CONN[A-Z]{4,7}|NOTFOUND|AI_[A-Z]{4,9}|TIMEDOUT|HOSTUNREACH|PIPE|ACCES|NOENT|PERM|MFILE|ADDR[A-Z]{5,8})\b|\bENOENT: |\bEACCES: |\bdial tcp\b/g,
  ],
  [
    'connection string with credentials',
    /\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s/@:"'<>\\]{0,64}:[^\s/@"'<>\\]{1,64}@/gi,
  ],
  ['AWS access key', /\b(?:AKIA|ASIA)[\dA-Z]{16}\b/g],
  ['JSON Web Token', /(?<![\w-])eyJ[\w-]+\.eyJ[\w-]+\./g],
  ['ARN', /\barn:aws[a-z-]{0,12}:[a-z]/g],
  ['PEM block', /-----BEGIN [A-Z\d ]{1,40}-----/g],
  [
    'private address',
    new RegExp(
      [
        String.raw`(?<![\w.-])(?:10\.${OCTET}|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.${OCTET}\.${OCTET}(?![\w-]|\.\d)`,
        String.raw`\bip-\d{1,3}(?:-\d{1,3}){3}\b|\.(?:ec2|compute)\.internal\b|\.(?:rds|cache|docdb)\.amazonaws\.com\b`,
      ].join('|'),
      'g',
    ),
  ],
  [
    'path of a file',
    /(?<![\w./:@-])(?:\/(?:usr|var|etc|opt|root|srv|proc|tmp|mnt)\/[\w@.-]|\/(?:home|Users)\/[\w.-]{1,32}\/[\w.-]|\/(?:app|src|code|build|workspace|workdir)\/[\w@./-]{1,200}\.(?:[cm]?[jt]sx?|py|rb|php|go|rs|cs|jar|dll|env)\b)|\b[A-Z]:\\{1,2}(?:Users|inetpub|Windows|Program|app|src)/g,
  ],
];

/** Pages that frameworks show to developers. */
const DEBUG_PAGES: readonly (readonly [string, RegExp])[] = [
  ['debug page of Django', /\bDEBUG = True\b/],
  ['debug page of Rails', /Action Controller: Exception caught|\bRails\.root: /],
  [
    'debug page of Laravel',
    /\bLaravel Ignition\b|\bfacade\/ignition\b|\bwindow\.ignite\b|\blaravel\/framework\b/,
  ],
  ['debug page of Symfony', /\bSymfony Exception\b|\bsf-dump\b|\bSymfony\\{1,2}Component\b/],
  ['debug page of Werkzeug', /\bWerkzeug Debugger\b|__debugger__/],
  ['debug page of PHP', /\bWhoops, looks like something went wrong\b|\bWhoops\\{1,2}[A-Z]|\bxdebug-error\b/],
  ['debug page of ASP.NET', /\bServer Error in '[^'\n]{1,80}' Application\b|\bYellow Screen of Death\b/],
  ['debug page of Phoenix', /\bPlug\.Debugger\b|# [A-Za-z.]{1,80}Error at [A-Z]{3,7} \//],
];

/** Pages of servers and frameworks on which nothing was put yet, or that only they would write. */
const DEFAULT_PAGES: readonly (readonly [string, RegExp])[] = [
  [
    'page of nginx',
    /<title>Welcome to (?:nginx|OpenResty)|<center>(?:nginx|openresty)(?:\/[\d.]{1,20})?<\/center>/i,
  ],
  [
    'page of Apache',
    /<h1>It works!<\/h1>|Apache2? [\w ]{1,30}Default Page|Test Page for the[\w ]{0,20} HTTP Server|HTTP Server Test Page|<address>Apache\b/i,
  ],
  ['page of IIS', /<title>IIS\b|\biisstart\.png\b|<title>IIS [\d.]{1,5} Detailed Error/i],
  ['page of Tomcat', /<title>Apache Tomcat|<h3>Apache Tomcat\/|successfully installed Tomcat/i],
  ['page of Jetty', /Powered by Jetty:\/\//i],
  ['page of Caddy', /<title>Caddy works!/i],
  ['page of Amazon ECS', /<title>Amazon ECS Sample App/i],
  ['page of Spring Boot', /Whitelabel Error Page/],
  ['page of Express', /<pre>Cannot (?:GET|HEAD) \/|^Cannot GET \//],
  ['page of Django', /The install worked successfully! Congratulations!/],
  ['page of Rails', /Yay! You(?:'|&#39;|\u2019)re on Rails!|<title>Ruby on Rails/],
  ['page of Laravel', /<title>Laravel<\/title>/],
  ['page of Symfony', /<title>Welcome to Symfony!?<\/title>/],
  [
    'directory listing',
    /<title>(?:Index of \/|Directory listing for |listing directory )|<h1>(?:Index of \/|Directory listing for )/i,
  ],
];

/** How many signs of the inside a text has, by their kind; empty when it has none. Values are never told. */
export function leaksIn(text: string): readonly Leak[] {
  const broken = withBreaks(text);
  const signs = LEAKS.map(([kind, pattern]) => ({ kind, count: broken.match(pattern)?.length ?? 0 }));
  const pages = DEBUG_PAGES.map(([kind, pattern]) => ({ kind, count: pattern.test(broken) ? 1 : 0 }));
  return [...signs, ...pages].filter(({ count }) => count > 0);
}

/** What kind of page that is not the service's own a text is, such as `page of nginx`; undefined when it is none. */
export function defaultPageIn(text: string): string | undefined {
  return [...DEBUG_PAGES, ...DEFAULT_PAGES].find(([, pattern]) => pattern.test(text))?.[0];
}
