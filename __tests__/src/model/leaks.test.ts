import { describe, expect, it } from '@jest/globals';
import { defaultPageIn, leaksIn } from '../../../src/model/leaks.js';

const kinds = (text: string): string[] => leaksIn(text).map(({ kind }) => kind);

describe('a leak', () => {
  it.each<[string, string]>([
    ['stack trace of Node.js', 'Error: x\n    at Object.<anonymous> (server.js:10:15)'],
    ['stack trace of Node.js', '{"stack":"Error: x\\n    at async find (file:///srv-a/dist/find.mjs:3:7)"}'],
    ['stack trace of Node.js', 'at run (C:\\\\srv\\\\main.ts:1:2)'],
    [
      'stack trace of Node.js',
      'at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    ],
    ['stack trace of Node.js', 'in node_modules/express/lib/router'],
    ['stack trace of Node.js', 'at new Promise (<anonymous>)\nat <anonymous>'],
    ['stack trace of Java', 'at com.example.App.main(App.java:42)'],
    ['stack trace of Java', 'at jdk.internal.reflect.X.invoke0(Native Method)'],
    ['stack trace of Java', 'Caused by: java.io.IOException: x'],
    ['stack trace of Java', '{"trace":"x\\nCaused by: a.b.C"}'],
    ['stack trace of Java', 'Exception in thread "main"'],
    ['stack trace of Java', '"exception":"org.springframework.web.HttpRequestMethodNotSupportedException"'],
    ['stack trace of Python', 'Traceback (most recent call last):'],
    ['stack trace of Python', '  File "main.py", line 3, in <module>'],
    ['stack trace of Python', '"File \\"main.py\\", line 3"'],
    ['stack trace of Python', 'File &quot;main.py&quot;, line 3'],
    ['stack trace of .NET', 'at App.Main() in D:\\a\\Program.cs:line 7'],
    ['stack trace of .NET', 'System.NullReferenceException: Object reference not set'],
    ['stack trace of .NET', '--- End of stack trace from previous location ---'],
    ['stack trace of Go', 'goroutine 1 [running]:'],
    ['stack trace of Go', 'main.go:12 +0x1d'],
    ['stack trace of Go', 'panic: assignment to entry in nil map'],
    ['stack trace of Go', 'runtime error: index out of range [3]'],
    ['stack trace of Ruby', "app.rb:12:in `show'"],
    ['stack trace of PHP', 'Stack trace:\n#0 {main}'],
    ['stack trace of PHP', 'in index.php:12'],
    ['stack trace of PHP', 'thrown in index.php on line 12'],
    ['stack trace of PHP', '<b>Fatal error</b>: Uncaught Error'],
    ['stack trace of Rust', "thread 'main' panicked at src/main.rs:4:5:"],
    ['error of the database', 'SQLSTATE[42P01]: Undefined table'],
    ['error of the database', 'ORA-00942: table or view does not exist'],
    ['error of the database', 'PG::UndefinedTable'],
    ['error of the database', 'psycopg2.OperationalError'],
    ['error of the database', 'ER_DUP_ENTRY'],
    ['error of the database', 'SQLITE_CONSTRAINT'],
    ['error of the database', 'MongoServerError: E11000 duplicate key error'],
    ['error of the database', 'syntax error at or near "SELEC"'],
    ['error of the database', 'You have an error in your SQL syntax; check the manual'],
    ['error of the database', '{"message":"relation \\"users\\" does not exist"}'],
    ['error of the database', 'duplicate key value violates unique constraint'],
    ['error of the database', "Unknown column 'x' in 'field list'"],
    ['error of the database', 'no such table: users'],
    ['error of the database', "Table 'shop.users' doesn't exist"],
    ['error of the ORM', 'PrismaClientKnownRequestError'],
    ['error of the ORM', 'SequelizeDatabaseError'],
    ['error of the ORM', 'QueryFailedError: x'],
    ['error of the ORM', '(sqlalchemy.exc.ProgrammingError)'],
    ['error of the ORM', 'django.db.utils.OperationalError'],
    ['error of the ORM', 'ActiveRecord::RecordNotFound'],
    ['error of the ORM', 'org.hibernate.exception.SQLGrammarException'],
    ['error of the system', 'connect ECONNREFUSED'],
    ['error of the system', 'getaddrinfo ENOTFOUND db'],
    ['error of the system', 'getaddrinfo EAI_AGAIN db'],
    ['error of the system', 'ENOENT: no such file or directory'],
    ['error of the system', 'dial tcp: lookup db'],
    ['connection string with credentials', 'postgres://app:hunter2@db:5432/shop'],
    ['connection string with credentials', 'redis://:hunter2@cache:6379'],
    ['connection string with credentials', 'mongodb+srv://app:p%40ss@cluster/x'],
    ['AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
    ['AWS access key', 'ASIAIOSFODNN7EXAMPLE'],
    ['JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln'],
    ['ARN', 'arn:aws:iam::123456789012:role/task'],
    ['ARN', 'arn:aws-us-gov:s3:::bucket'],
    ['PEM block', '-----BEGIN RSA PRIVATE KEY-----'],
    ['private address', '10.0.3.17:5432'],
    ['private address', 'http://172.31.255.1/'],
    ['private address', '192.168.0.1.'],
    ['private address', '"from\\n10.0.3.17"'],
    ['private address', '169.254.170.2'],
    ['private address', 'ip-10-0-3-17.ec2.internal'],
    ['private address', 'shop.abc123.eu-west-1.rds.amazonaws.com'],
    ['path of a file', "open '/usr/src/app/x'"],
    ['path of a file', '"/var/task/index"'],
    ['path of a file', '(/app/dist/server.js)'],
    ['path of a file', '/home/node/app'],
    ['path of a file', 'C:\\inetpub\\wwwroot'],
    ['path of a file', '"C:\\\\Users\\\\app"'],
    ['stack trace of Node.js', 'node:internal/timers:95'],
    ['stack trace of .NET', 'System.Net.Http.HttpRequestException: x'],
    ['stack trace of Go', 'goroutine 1234 [running]:'],
    ['stack trace of PHP', 'index.php(12)'],
    ['stack trace of PHP', 'index.php(1234)'],
    ['stack trace of Rust', 'src/main.rs:4:5'],
    ['stack trace of Rust', 'src/main.rs:142:15'],
    ['error of the ORM', 'DrizzleQueryError: x'],
    ['error of the ORM', 'DrizzleError'],
    ['error of the ORM', 'KnexTimeoutError'],
    ['error of the system', 'write EADDRINUSE'],
    ['error of the system', 'connect ECONNABORTED'],
    ['PEM block', '-----BEGIN X509 CRL-----'],
    ['path of a file', '/workspace/src/main.py'],
    ['debug page of Symfony', 'Symfony\\\\Component\\\\HttpKernel'],
    ['debug page of Symfony', 'Symfony\\Component\\HttpKernel'],
    ['debug page of PHP', 'Whoops, looks like something went wrong.'],
    ['debug page of PHP', 'Whoops\\\\Handler'],
    ['debug page of ASP.NET', "Server Error in '/shop/api' Application."],
    ['debug page of Phoenix', '# RuntimeError at GET /orders'],
    ['debug page of Phoenix', '# KeyError at OPTIONS /'],
    ['debug page of Phoenix', '# Phoenix.Router.NoRouteError at GET /'],
    ['debug page of Django', "You're seeing this error because you have <code>DEBUG = True</code>"],
    ['debug page of Rails', '<title>Action Controller: Exception caught</title>'],
    ['debug page of Laravel', 'vendor/laravel/framework/src'],
    ['debug page of Symfony', '<title>x (500 Internal Server Error) Symfony Exception</title>'],
    ['debug page of Werkzeug', '<title>x // Werkzeug Debugger</title>'],
    ['debug page of ASP.NET', "<h1>Server Error in '/' Application.</h1>"],
  ])('of kind %s is in %j', (kind, text) => {
    expect(kinds(text)).toContain(kind);
  });

  it.each([
    '',
    '{"statusCode":404,"message":"Cannot GET /nope","error":"Not Found"}',
    '{"type":"about:blank","title":"Bad Request","status":400,"detail":"Unexpected token } in JSON at position 12"}',
    '{"message":"Not found","path":"/app/orders/12","timestamp":"2026-11-24T03:05:45.123Z"}',
    '{"message":"Not found","path":"/home/feed","requestId":"3b241101-e2bb-4255-8caf-4136c566a962"}',
    '{"url":"https://api.example.com/var/log?x","docs":"https://docs.example.com/usr/errors.html"}',
    'The meeting is at 12:30:45 and the user panicked at the sight',
    '{"version":"10.2.3","commit":"0123456789abcdef0123456789abcdef01234567"}',
    '{"version":"1.10.0.0.1","address":"203.0.113.7","other":"172.32.0.1"}',
    'https://user@example.com/ and https://example.com:8080/a@b',
    'Set-Cookie: session=eyJhbGciOiJIUzI1NiJ9',
    'honeyJack.eyJoy.eyJ',
    '-----BEGIN (part)-----',
    'The relation between column and table does not exist',
    'Could not read ERROR',
    '{"path":"/app/report.pdf"}',
    'You open every door and read everything',
    'USER_ORDER_ERROR',
    'see index.html#L10:5 and app.json:1',
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ])('is not in %j', (text) => {
    expect(leaksIn(text)).toEqual([]);
  });

  it('is counted by its kind, and never told', () => {
    const leaks = leaksIn('10.0.0.1 10.0.0.2 AKIAIOSFODNN7EXAMPLE');
    expect(leaks).toEqual([
      { kind: 'AWS access key', count: 1 },
      { kind: 'private address', count: 2 },
    ]);
  });

  it('of a database is counted as often as it is there', () => {
    expect(leaksIn('SQLSTATE 1, ORA-00942 and pq: x')).toEqual([{ kind: 'error of the database', count: 3 }]);
  });

  it('is found in a whole stack trace as JSON', () => {
    const { stack } = new Error('boom');
    expect(kinds(JSON.stringify({ error: { stack } }))).toContain('stack trace of Node.js');
  });
});

describe('a page that is not the service’s own', () => {
  it.each<[string, string]>([
    ['page of Apache', '<title>Apache HTTP Server Test Page powered by CentOS</title>'],
    ['page of Apache', '<title>Test Page for the Apache HTTP Server</title>'],
    ['page of Apache', '<title>Test Page for the HTTP Server on Fedora</title>'],
    ['page of Apache', '<title>Apache2 Ubuntu Default Page: It works</title>'],
    ['page of IIS', '<title>IIS 10.0 Detailed Error - 404.0 - Not Found</title>'],
    ['page of Caddy', '<title>Caddy works!</title>'],
    ['page of Symfony', '<title>Welcome to Symfony</title>'],
    ['page of Symfony', '<title>Welcome to Symfony!</title>'],
    ['page of nginx', '<title>Welcome to nginx!</title>'],
    ['page of nginx', '<hr><center>nginx/1.25.3</center>'],
    ['page of nginx', '<hr><center>nginx</center>'],
    ['page of Apache', '<html><body><h1>It works!</h1></body></html>'],
    ['page of Apache', '<title>Apache2 Ubuntu Default Page: It works</title>'],
    ['page of Apache', '<address>Apache/2.4.58 (Ubuntu) Server at x Port 80</address>'],
    ['page of IIS', '<title>IIS Windows Server</title>'],
    ['page of Tomcat', '<title>Apache Tomcat/10.1.1</title>'],
    ['page of Jetty', '<a href="https://eclipse.org/jetty">Powered by Jetty:// 9.4.z</a>'],
    ['page of Amazon ECS', '<title>Amazon ECS Sample App</title>'],
    ['page of Spring Boot', '<h1>Whitelabel Error Page</h1>'],
    ['page of Express', '<pre>Cannot GET /</pre>'],
    ['page of Express', 'Cannot GET /'],
    ['page of Django', '<h1>The install worked successfully! Congratulations!</h1>'],
    ['page of Rails', '<title>Ruby on Rails 7</title>'],
    ['page of Laravel', '<title>Laravel</title>'],
    ['page of Symfony', '<title>Welcome to Symfony!</title>'],
    ['directory listing', '<title>Index of /</title>'],
    ['directory listing', '<title>Directory listing for /</title>'],
    ['directory listing', '<title>listing directory /</title>'],
    ['debug page of Django', '<code>DEBUG = True</code>'],
    ['debug page of Werkzeug', '?__debugger__=yes'],
  ])('is a %s: %j', (name, text) => {
    expect(defaultPageIn(text)).toBe(name);
  });

  it.each([
    '',
    '{"name":"api","version":"1.2.3"}',
    '{"statusCode":404,"message":"Cannot GET /","error":"Not Found"}',
    '<title>Our shop</title><p>It works with nginx, Apache and Laravel</p>',
    '<hr><center>awselb/2.0</center>',
  ])('is not %j', (text) => {
    expect(defaultPageIn(text)).toBeUndefined();
  });
});
