// Speaks the Runtime API for handlers in JavaScript: bootstrap.cjs HANDLER ROOT
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const url = require('url');
const { format } = require('util');

const BASE = '/2018-06-01/runtime';
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let current = '';

function ask(method, where, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const options = { host, port, method, path: BASE + where, agent, headers: { ...headers, ...length } };
    const request = http.request(options, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve({ answer, body: Buffer.concat(parts).toString() }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

// Files are written at once, so what is said is there when the answer is.
function say(level, args) {
  const text = format(...args).replace(/\n/g, '\r');
  fs.writeSync(1, `${new Date().toISOString()}\t${current}\t${level}\t${text}\n`);
}
for (const [name, level] of Object.entries({
  log: 'INFO', info: 'INFO', debug: 'DEBUG', trace: 'TRACE', warn: 'WARN', error: 'ERROR',
})) {
  console[name] = (...args) => say(level, args);
}

function described(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = (error.stack || '').split('\n').filter((line) => !line.includes(__filename));
  return { errorType: error.name, errorMessage: error.message, trace };
}

function failed(kind, message) {
  const error = new Error(message);
  error.name = kind;
  return error;
}

async function load(handler, root) {
  const base = path.basename(handler);
  const dot = base.indexOf('.');
  if (dot < 0) throw failed('Runtime.MalformedHandlerName', 'Bad handler');
  const file = path.resolve(root, path.dirname(handler), base.slice(0, dot));
  const names = base.slice(dot + 1).split('.');
  const found = ['', '.js', '.mjs', '.cjs'].map((end) => file + end)
    .find((name) => fs.existsSync(name) && fs.statSync(name).isFile());
  if (!found) {
    throw failed('Runtime.ImportModuleError', `Error: Cannot find module '${base.slice(0, dot)}'`);
  }
  let module;
  try {
    module = await import(url.pathToFileURL(found).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw failed('Runtime.UserCodeSyntaxError', String(error));
    if (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND') {
      throw failed('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
  const within = (from) => names.reduce((at, name) => (at ? at[name] : undefined), from);
  const handle = within(module) || within(module.default);
  if (!handle) throw failed('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof handle !== 'function') {
    throw failed('Runtime.HandlerNotFound', `${handler} is not a function`);
  }
  return handle;
}

function contextOf(headers, done) {
  const env = process.env;
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const told = headers['lambda-runtime-client-context'];
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: told ? JSON.parse(told) : undefined,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    done: (error, value) => done(error, value),
    fail: (error) => done(error || new Error('failed')),
    succeed: (value) => done(null, value),
  };
}

function call(handle, event, headers) {
  return new Promise((resolve, reject) => {
    const done = (error, value) => (error ? reject(error) : resolve(value));
    const found = handle(event, contextOf(headers, done), done);
    if (found && typeof found.then === 'function') found.then(resolve, reject);
    else if (handle.length < 3 && found !== undefined) resolve(found);
    else if (handle.length < 2) resolve(found);
  });
}

async function main() {
  const [handler, root] = process.argv.slice(2);
  let handle;
  try {
    handle = await load(handler, root);
  } catch (error) {
    const failure = described(error);
    say('ERROR', ['Uncaught Exception', JSON.stringify(failure)]);
    const kind = failure.errorType;
    await ask('POST', '/init/error', JSON.stringify(failure), { 'Lambda-Runtime-Function-Error-Type': kind });
    process.exit(1);
  }
  for (;;) {
    const { answer, body } = await ask('GET', '/invocation/next');
    if (answer.statusCode !== 200) process.exit(1);
    current = answer.headers['lambda-runtime-aws-request-id'];
    process.env._X_AMZN_TRACE_ID = answer.headers['lambda-runtime-trace-id'] || '';
    try {
      const found = await call(handle, JSON.parse(body), answer.headers);
      const written = JSON.stringify(found);
      await ask('POST', `/invocation/${current}/response`, written === undefined ? 'null' : written);
    } catch (error) {
      if (error && error.code === 'ECONNREFUSED') process.exit(1);
      const failure = described(error);
      say('ERROR', ['Invoke Error', JSON.stringify(failure)]);
      await ask('POST', `/invocation/${current}/error`, JSON.stringify(failure), {
        'Lambda-Runtime-Function-Error-Type': failure.errorType,
      });
    }
  }
}

process.on('uncaughtException', (error) => {
  say('ERROR', ['Uncaught Exception', JSON.stringify(described(error))]);
  process.exit(129);
});
process.on('unhandledRejection', (error) => {
  say('ERROR', ['Unhandled Promise Rejection', JSON.stringify(described(error))]);
  process.exit(128);
});
main().catch(() => process.exit(1));
