import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 2613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 5317:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("child_process");

/***/ }),

/***/ 6982:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");

/***/ }),

/***/ 4434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 9896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 8611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 5692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 9278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 4589:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");

/***/ }),

/***/ 6698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 1421:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");

/***/ }),

/***/ 7540:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:console");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 610:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");

/***/ }),

/***/ 8474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 1455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 2467:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2");

/***/ }),

/***/ 4708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");

/***/ }),

/***/ 7030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 8161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 643:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");

/***/ }),

/***/ 1708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:process");

/***/ }),

/***/ 1792:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:querystring");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 1692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 3136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 3429:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util/types");

/***/ }),

/***/ 5919:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 6928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 2203:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("stream");

/***/ }),

/***/ 3193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("string_decoder");

/***/ }),

/***/ 3557:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("timers");

/***/ }),

/***/ 4756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 9023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId].call(module.exports, module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  i: () => (/* reexport */ main),
  b: () => (/* reexport */ post)
});

;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./lib/adapters/clock.js

/** The machine's clock. */
const clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    async sleep(ms, signal) {
        try {
            await (0,promises_namespaceObject.setTimeout)(ms, undefined, signal ? { signal } : {});
        }
        catch (error) {
            throw signal?.reason ?? error;
        }
    },
};

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(1455);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
;// CONCATENATED MODULE: ./lib/adapters/files.js



/** The folder below which `Files.temporaryFolder` makes its own: the runner's, else the system's. */
function temporaryRoot(env) {
    return (0,external_node_path_.resolve)(env['RUNNER_TEMP'] || (0,external_node_os_.tmpdir)());
}
/** The real `Files`. Relative paths start at `workspace`. */
function realFiles(env, workspace) {
    const at = (path) => (0,external_node_path_.resolve)(workspace, path);
    return {
        read: (path) => orNothing((0,promises_.readFile)(at(path), 'utf8'), undefined),
        write: (path, text, mode) => writeWhole(at(path), text, mode),
        list: (path) => orNothing((0,promises_.readdir)(at(path)), []),
        link: (from, to) => linkOrCopy(at(from), at(to)),
        temporaryFolder: async (prefix) => {
            const root = temporaryRoot(env);
            await (0,promises_.mkdir)(root, { recursive: true });
            return (0,promises_.mkdtemp)((0,external_node_path_.join)(root, prefix));
        },
        remove: (path) => (0,promises_.rm)(at(path), { recursive: true, force: true }),
    };
}
/** `mode` of writeFile counts only for new files, and is cut by the umask. */
async function writeWhole(path, text, mode) {
    await (0,promises_.mkdir)((0,external_node_path_.dirname)(path), { recursive: true });
    await (0,promises_.writeFile)(path, text, mode === undefined ? {} : { mode });
    if (mode !== undefined)
        await (0,promises_.chmod)(path, mode);
}
async function linkOrCopy(from, to) {
    await (0,promises_.mkdir)((0,external_node_path_.dirname)(to), { recursive: true });
    if ((await (0,promises_.stat)(from)).isDirectory())
        await (0,promises_.symlink)(from, to);
    else
        await (0,promises_.copyFile)(from, to);
}
async function orNothing(reading, nothing) {
    try {
        return await reading;
    }
    catch (error) {
        const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
        if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR')
            return nothing;
        throw error;
    }
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __nccwpck_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __nccwpck_require__(4708);
;// CONCATENATED MODULE: ./lib/adapters/http.js


const USER_AGENT = 'deploy-backend (smoke test)';
/**
 * Sends a request over a connection of its own, so that no pooled connection keeps speaking to an old
 * task. Redirects are not followed, encodings not asked for and not undone. Rejects with Node's own error.
 */
const sendHttp = (request) => new Promise((resolve, reject) => {
    const started = performance.now();
    const total = AbortSignal.timeout(request.timeout);
    const send = request.url.startsWith('https:') ? external_node_https_.request : external_node_http_.request;
    const outgoing = send(request.url, {
        method: request.method,
        agent: false,
        headers: {
            accept: 'application/json, */*;q=0.5',
            'accept-encoding': 'identity',
            'cache-control': 'no-cache',
            'user-agent': USER_AGENT,
            ...request.headers,
        },
        signal: request.signal ? AbortSignal.any([total, request.signal]) : total,
    });
    outgoing.on('error', (error) => reject(reasonOf(request.signal) ?? reasonOf(total) ?? error));
    outgoing.on('response', (response) => {
        readBody(response, request.maxBytes).then(({ body, truncated }) => {
            outgoing.destroy();
            resolve({
                status: response.statusCode ?? 0,
                headers: distinctHeaders(response),
                body,
                truncated,
                duration: performance.now() - started,
            });
        }, (error) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))));
    });
    outgoing.end(request.body);
});
/** Why a signal was aborted, a cancel or `TimeoutError`: Node itself says of either only ABORT_ERR. */
function reasonOf(signal) {
    return signal?.aborted ? signal.reason : undefined;
}
async function readBody(response, maxBytes) {
    const chunks = [];
    let size = 0;
    for await (const chunk of response) {
        const bytes = Buffer.from(chunk);
        chunks.push(bytes);
        size += bytes.length;
        if (size > maxBytes)
            break;
    }
    return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), truncated: size > maxBytes };
}
function distinctHeaders(response) {
    return Object.fromEntries(Object.entries(response.headersDistinct).map(([name, values]) => [name, values ?? []]));
}

;// CONCATENATED MODULE: ./lib/model/untrusted-text.js
/*
 * Text from AWS, docker, git, HTTP or the application may try to speak to the runner. It takes a line for a
 * command when, after white space, it starts with `::name`, and the older form `##[name]` anywhere in a
 * line (actions/runner, src/Runner.Common/ActionCommand.cs). Both are read on stdout and on stderr, and
 * a bare carriage return starts a new line there (ProcessInvoker.cs reads with StreamReader.ReadLine).
 */
const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
// eslint-disable-next-line no-control-regex -- removing control characters is the point
const ESCAPE_SEQUENCE = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\-_])/g;
// eslint-disable-next-line no-control-regex -- removing control characters is the point
const CONTROL = /[\u0000-\u0008\u000E-\u001F\u007F-\u009F]/g;
/** Characters that show nothing or turn the reading direction: .NET's search ignores some of them. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const MAX_LINE = 2_000;
/** Lines of any text without control, escape and invisible characters, each at most 2,000 characters. */
function cleanLines(text, maxLine = MAX_LINE) {
    return text.split(LINE_BREAK).map((line) => cut(clean(line), maxLine));
}
/** One line of any text: breaks become spaces, and the runner cannot take it for a command. */
function cleanLine(text, maxLine = MAX_LINE) {
    return disarm(cut(cleanLines(text, maxLine).join(' ').trim(), maxLine));
}
/** Text that is safe to write to the runner's log as it is: no line of it is a command. */
function disarmed(text) {
    return cleanLines(text, Infinity).map(disarm).join('\n');
}
/** Foreign text as a block in the log: cleaned, each line marked as quoted, at most `maxLines` lines. */
function quoted(text, maxLines = 500) {
    const lines = cleanLines(text);
    const shown = lines.slice(0, maxLines).map((line) => `| ${disarm(line)}`);
    const left = lines.length - shown.length;
    return [...shown, ...(left > 0 ? [`| … ${String(left)} more lines`] : [])].join('\n');
}
function clean(line) {
    return line.replace(ESCAPE_SEQUENCE, '').replace(CONTROL, '').replace(INVISIBLE, '');
}
function disarm(line) {
    return line.replace(/##(?=\[)/g, '## ').replace(/^(\s*):(?=:)/, '$1: ');
}
function cut(line, max) {
    return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}

;// CONCATENATED MODULE: ./lib/adapters/log.js

/** An annotation's message is cut by the runner after 4,096 characters (ExecutionContext.cs). */
const MAX_ANNOTATION = 4_000;
/**
 * The log as GitHub's runner reads it. The few commands are written here and not by @actions/core, because
 * loading that package takes as long as the first answer from AWS.
 */
function runnerLog(write) {
    const line = (text) => write(`${text}\n`);
    const command = (name, data) => line(`::${name}::${escapeData(data)}`);
    const annotation = (name, text) => command(name, cleanLines(text).join('\n').slice(0, MAX_ANNOTATION));
    return {
        info: (text) => line(disarmed(text)),
        warning: (text) => annotation('warning', text),
        error: (text) => annotation('error', text),
        quote: (text) => line(quoted(text)),
        group: (title) => command('group', cleanLine(title)),
        endGroup: () => line('::endgroup::'),
        mask: (secret) => {
            for (const part of secret.split(/\r?\n/))
                if (part.trim() !== '')
                    command('add-mask', part);
        },
    };
}
/** The runner's own escapes for the data of a command (actions/toolkit, packages/core/src/command.ts). */
function escapeData(data) {
    return data.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

// EXTERNAL MODULE: external "node:async_hooks"
var external_node_async_hooks_ = __nccwpck_require__(6698);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __nccwpck_require__(1421);
// EXTERNAL MODULE: external "node:diagnostics_channel"
var external_node_diagnostics_channel_ = __nccwpck_require__(3053);
;// CONCATENATED MODULE: external "node:string_decoder"
const external_node_string_decoder_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:string_decoder");
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(7975);
;// CONCATENATED MODULE: ./lib/adapters/process-tree.js



/** How long a process has between SIGTERM and SIGKILL, in milliseconds. */
const GRACE = 2_000;
const LOOK_AGAIN = 50;
/** After this many milliseconds of SIGKILL a process hangs in the kernel, and waiting for it helps nobody. */
const GIVE_UP = 3_000;
/**
 * Ends a process and everything it started: SIGTERM, and SIGKILL after two seconds for those that stay. Single
 * processes are signalled, never a group: our own group may be the runner's.
 */
async function endTree(root) {
    const victims = new Map();
    const end = performance.now() + GRACE;
    let terminated = new Set();
    for (;;) {
        const alive = descendants(await processes(), root, victims);
        if (alive.length === 0 || performance.now() >= end + GIVE_UP)
            return;
        for (const entry of alive)
            victims.set(identity(entry), entry);
        const late = performance.now() >= end;
        for (const entry of alive.filter((one) => late || !terminated.has(identity(one)))) {
            signal(entry.pid, late ? 'SIGKILL' : 'SIGTERM');
        }
        terminated = new Set([...terminated, ...alive.map(identity)]);
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
}
/** The root and its descendants, and those seen earlier whose parent has gone meanwhile. */
function descendants(all, root, known) {
    const found = new Set();
    const queue = all.filter((entry) => known.size === 0 ? entry.pid === root && entry.parent === process.pid : known.has(identity(entry)));
    const tree = [];
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
        const { pid } = entry;
        if (found.has(pid) || pid === process.pid)
            continue;
        found.add(pid);
        tree.push(entry);
        queue.push(...all.filter((child) => child.parent === pid));
    }
    return tree;
}
function identity({ pid, started }) {
    return `${pid} ${started}`;
}
function signal(pid, name) {
    try {
        process.kill(pid, name);
    }
    catch {
        // It ended between the look and the signal.
    }
}
async function processes() {
    const names = await (0,promises_.readdir)('/proc').catch(() => []);
    const numbers = names.filter((name) => /^\d+$/.test(name));
    if (numbers.length === 0)
        return listed();
    const entries = await Promise.all(numbers.map(fromProc));
    return entries.flatMap((entry) => (entry ? [entry] : []));
}
/** proc(5), /proc/pid/stat: state is field 3, parent 4, start time 22; the name in field 2 may hold anything. */
async function fromProc(pid) {
    const text = await (0,promises_.readFile)(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || parent === undefined || state === 'Z' || state === 'X')
        return undefined;
    return { pid: Number(pid), parent: Number(parent), started: rest[17] ?? '' };
}
/** Where there is no /proc (macOS). */
async function listed() {
    const { stdout } = await (0,external_node_util_.promisify)(external_node_child_process_.execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart=']);
    return stdout.split('\n').flatMap((line) => {
        const [pid, parent, state, ...started] = line.trim().split(/\s+/);
        if (!pid || !parent || state?.startsWith('Z'))
            return [];
        return [{ pid: Number(pid), parent: Number(parent), started: started.join(' ') }];
    });
}

;// CONCATENATED MODULE: ./lib/adapters/process.js







/** What of a stream is kept, in characters; the rest still reaches `onLine`. */
const KEPT = 4 * 1024 * 1024;
/** A line without end is handed on in pieces of this many characters. */
const LONGEST_LINE = 64 * 1024;
/** Exit status of a program that a signal ended, as a shell reports SIGKILL. */
const SIGNALLED = 137;
/** A program took longer than it may; it and its children have been ended. */
class ProcessTimeout extends Error {
    name = 'ProcessTimeout';
}
/** There is no such program in the PATH. */
class ProgramMissing extends Error {
    name = 'ProgramMissing';
}
/** The environment without the action's inputs, the runner's files and tokens, and AWS credentials. */
function cleanEnvironment(env) {
    const kept = Object.entries(env).filter(([name]) => !/^(INPUT_|ACTIONS_|AWS_|STATE_|(GITHUB|GH)_TOKEN$|GITHUB_(ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$|NODE_OPTIONS$)/i.test(name));
    return Object.fromEntries(kept);
}
/**
 * The real `RunProcess`, over @actions/exec, which is loaded with the first call. That has neither limit nor
 * abort, so we end the program and its children ourselves. `folder` is where programs run unless told otherwise.
 */
function processRunner(env, folder) {
    return async (command, args, options = {}) => {
        if ([command, ...args].some((text) => text.includes('\0')))
            throw new TypeError('An argument holds a NUL.');
        const environment = defined(options.env ?? cleanEnvironment(env));
        const cwd = (0,external_node_path_.resolve)(folder, options.cwd ?? '.');
        const path = await findProgram(command, environment['PATH'] ?? '', cwd);
        options.signal?.throwIfAborted();
        return supervised(command, options, (child) => execute(path, args, { ...options, cwd, env: environment }, child));
    };
}
/**
 * @actions/exec hides the process it starts. Node publishes each new one on a channel, inside the asynchronous
 * context of the call that started it, so that runs side by side are told apart.
 */
const started = new external_node_async_hooks_.AsyncLocalStorage();
let listening = false;
function listen() {
    if (listening)
        return;
    listening = true;
    (0,external_node_diagnostics_channel_.subscribe)('child_process', (message) => {
        const child = started.getStore();
        if (!child || typeof message !== 'object' || message === null || !('process' in message))
            return;
        const { process } = message;
        if (!(process instanceof external_node_child_process_.ChildProcess))
            return;
        child.process = process;
        // A program that ends without reading its input breaks the pipe; its exit status tells the story.
        queueMicrotask(() => {
            process.stdin?.on('error', () => undefined);
            child.begun?.();
        });
    });
}
async function execute(path, args, options, child) {
    const { exec } = await __nccwpck_require__.e(/* import() */ 955).then(__nccwpck_require__.bind(__nccwpck_require__, 1955));
    listen();
    const stdout = collector(options.onLine);
    const stderr = collector(options.onLine);
    const exitCode = await started.run(child, () => exec(`"${path}"`, [...args], {
        cwd: options.cwd,
        env: options.env,
        silent: true,
        ignoreReturnCode: true,
        ...(options.input ? { input: Buffer.from(options.input) } : {}),
        listeners: { stdout: stdout.take, stderr: stderr.take },
    }));
    return { exitCode: exitStatus(exitCode), stdout: stdout.end(), stderr: stderr.end() };
}
/** @actions/exec promises a number, and gives Node's null for a program that a signal ended. */
function exitStatus(code) {
    return code ?? SIGNALLED;
}
/** Ends the program when it is cancelled or too slow, and settles only after it is gone. */
async function supervised(command, { signal, timeout }, work) {
    const child = {};
    let stopping;
    let reason;
    const end = () => {
        const pid = child.process?.pid;
        stopping = pid === undefined ? Promise.resolve() : endTree(pid);
    };
    const stop = (why) => {
        if (reason !== undefined)
            return;
        reason = why;
        if (child.process)
            end();
        else
            child.begun = end;
    };
    const aborted = () => stop(signal?.reason);
    const seconds = String((timeout ?? 0) / 1000);
    const timer = timeout === undefined
        ? undefined
        : setTimeout(() => stop(new ProcessTimeout(`${command} did not end within ${seconds} s.`)), timeout);
    signal?.addEventListener('abort', aborted, { once: true });
    try {
        const finished = await work(child);
        await stopping;
        if (reason !== undefined)
            throw reason instanceof Error ? reason : new Error('Cancelled.', { cause: reason });
        return finished;
    }
    finally {
        await stopping;
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
    }
}
/** @actions/exec looks only into its own PATH, never into the one that the program will get. */
async function findProgram(command, path, cwd) {
    const folders = path.split(external_node_path_.delimiter).filter((folder) => folder !== '');
    const candidates = command.includes('/')
        ? [(0,external_node_path_.isAbsolute)(command) ? command : (0,external_node_path_.resolve)(cwd, command)]
        : folders.map((folder) => (0,external_node_path_.join)(folder, command));
    for (const candidate of candidates) {
        const found = await (0,promises_.access)(candidate, promises_.constants.X_OK).then(() => true, () => false);
        if (found)
            return candidate;
    }
    throw new ProgramMissing(`There is no program "${command}" in the PATH.`);
}
/** Gathers a stream's text and hands it on by lines; a bare carriage return ends a line, as in progress bars. */
function collector(onLine) {
    const decoder = new external_node_string_decoder_namespaceObject.StringDecoder('utf8');
    let kept = '';
    let rest = '';
    const hand = (text, last) => {
        if (!onLine)
            return;
        const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
        rest = last ? '' : (lines.pop() ?? '');
        if (rest.length > LONGEST_LINE) {
            lines.push(rest);
            rest = '';
        }
        if (last && lines.at(-1) === '')
            lines.pop();
        for (const line of lines)
            onLine(line);
    };
    const add = (text, last) => {
        if (kept.length < KEPT)
            kept += text.slice(0, KEPT - kept.length);
        hand(text, last);
    };
    return {
        take: (data) => add(decoder.write(data), false),
        end: () => {
            add(decoder.end(), true);
            return kept;
        },
    };
}
function defined(env) {
    return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

;// CONCATENATED MODULE: ./lib/adapters/runner.js
/** The runner's file commands, through @actions/core, which is loaded on first use. */
const runner = {
    async output(name, value) {
        const core = await Promise.all(/* import() */[__nccwpck_require__.e(119), __nccwpck_require__.e(955), __nccwpck_require__.e(58)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6058));
        core.setOutput(name, value);
    },
    async save(name, value) {
        const core = await Promise.all(/* import() */[__nccwpck_require__.e(119), __nccwpck_require__.e(955), __nccwpck_require__.e(58)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6058));
        core.saveState(name, value);
    },
    async summary(markdown) {
        const core = await Promise.all(/* import() */[__nccwpck_require__.e(119), __nccwpck_require__.e(955), __nccwpck_require__.e(58)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6058));
        await core.summary.addRaw(markdown, true).write();
    },
};

;// CONCATENATED MODULE: ./lib/adapters/machine.js






/** The real world: this machine, this process, the network. */
function machine(env, workspace, signal) {
    return {
        clock: clock,
        random: Math.random,
        env,
        run: processRunner(env, workspace),
        files: realFiles(env, workspace),
        http: sendHttp,
        log: runnerLog((text) => process.stdout.write(text)),
        runner: runner,
        signal,
    };
}

;// CONCATENATED MODULE: ./lib/errors.js
/** The one error of the action: a code for workflows, a message and a hint for people. */
class DeployError extends Error {
    name = 'DeployError';
    code;
    hint;
    evidence;
    constructor(code, message, details = {}) {
        super(message, { cause: details.cause });
        this.code = code;
        this.hint = details.hint;
        this.evidence = details.evidence ?? [];
    }
}
/** Several problems found together, reported as one error: the first one's code, every one's message. */
function problems(found) {
    const [first] = found;
    if (!first)
        throw new TypeError('problems() needs at least one problem');
    if (found.length === 1)
        return first;
    const lines = found.map((problem) => `- ${problem.message}${problem.hint ? ` ${problem.hint}` : ''}`);
    return new DeployError(first.code, `${String(found.length)} problems:\n${lines.join('\n')}`, {
        evidence: found.flatMap(({ evidence }) => evidence),
        cause: first,
    });
}
/** Without credentials, in the wrong account or after a cancel everything else goes wrong, too. */
const ALONE = new Set([
    'cancelled',
    'credentials-missing',
    'credentials-expired',
    'wrong-account',
]);
/** Gathers problems so that they are reported together instead of one a run. */
class Findings {
    #found = [];
    add(...problem) {
        this.#found.push(...problem);
    }
    /** The value, or undefined after noting the `DeployError` why there is none; any other error is thrown. */
    async attempt(work) {
        try {
            return await work;
        }
        catch (error) {
            if (!(error instanceof DeployError))
                throw error;
            this.#found.push(error);
            return undefined;
        }
    }
    /** Throws what was found, if anything was; what explains everything else is thrown alone. */
    finish() {
        const alone = this.#found.find(({ code }) => ALONE.has(code));
        if (alone)
            throw alone;
        if (this.#found.length > 0)
            throw problems(this.#found);
    }
}

;// CONCATENATED MODULE: ./lib/model/redact.js
/*
 * Removes secrets and personal data from text that came from elsewhere. It errs on the side of removing:
 * a log excerpt with a hole is useful, a leaked health record number is not. Every pattern is linear: no
 * nested repetition, every repetition bounded or over a single class.
 */
const KEYED_SECRETS = 'password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|authorization|credential|session|cookie|signature';
const KEYED_PERSONS = 'ssn|social[_ -]?security(?:[_ -]?number)?|mrn|medical[_ -]?record(?:[_ -]?number)?|patient[_ -]?id|patient[_ -]?name|patient|member[_ -]?id|policy[_ -]?(?:id|no|number)|account[_ -]?(?:id|no|number)|licen[cs]e[_ -]?(?:id|no|number)|first[_ -]?name|last[_ -]?name|full[_ -]?name|dob|birth[_ -]?date|date[_ -]?of[_ -]?birth|street|diagnosis|device[_ -]?id|vin|plate|fax|phone|email';
/** The unspecified address and loopback (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5) are everybody's own. */
const NOBODYS_IPV4 = '(?:0\\.0\\.0\\.0|127(?:\\.\\d{1,3}){3})';
const NOBODYS = `(?:${NOBODYS_IPV4}(?::\\d{1,5})?|::1?)`;
/** Such an address as the whole value, in quotes or as a word. */
const NOBODYS_VALUE = `"${NOBODYS}"|'${NOBODYS}'|${NOBODYS}(?=[\\s,;&"'}\\]]|$)`;
/** A key, then `=` or `:`, then the value up to the end of its quotes, or of its word; values of `kept` stay. */
const keyed = (keys, kept = '(?!)') => new RegExp(`\\b((?:\\w{0,30}[_.-])?(?:${keys}))(["']?\\s{0,3}[:=]\\s{0,3})(?!${kept})(?:"[^"\\n]*"?|'[^'\\n]*'?|[^\\s,;&"'}\\]]+)`, 'gi');
const RULES = [
    {
        name: 'private key',
        pattern: /-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g,
    },
    { name: 'jwt', pattern: /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g },
    { name: 'aws key', pattern: /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,20}\b/g },
    {
        name: 'token',
        pattern: /\b(?:gh[pousr]_\w{20,255}|github_pat_\w{20,255}|xox[abprs]-[\w-]{10,255}|sk_(?:live|test)_\w{10,255}|glpat-[\w-]{20,255}|npm_\w{30,255})/g,
    },
    { name: 'authorization', pattern: /\b(bearer|basic)\s{1,3}[\w.~+/=-]{8,}/gi, keep: '$1 ' },
    {
        name: 'credentials',
        pattern: /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{0,256}:[^\s/@]{1,256}@/gi,
        keep: '$1',
    },
    { name: 'secret', pattern: keyed(KEYED_SECRETS), keep: '$1$2' },
    { name: 'personal data', pattern: keyed(KEYED_PERSONS), keep: '$1$2' },
    { name: 'personal data', pattern: keyed('address', NOBODYS_VALUE), keep: '$1$2' },
    { name: 'email', pattern: /[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g },
    { name: 'ssn', pattern: /\b\d{3}-\d{2}-\d{4}\b/g },
    { name: 'phone', pattern: /(?:\+\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b/g },
    { name: 'ip', pattern: new RegExp(`\\b(?!${NOBODYS_IPV4}\\b)(?:\\d{1,3}\\.){3}\\d{1,3}\\b`, 'g') },
    {
        name: 'ip',
        pattern: /(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?(?![\w:])/gi,
    },
    {
        name: 'secret',
        pattern: /(?<![\w/+=-])(?=[A-Za-z0-9/+]{40}(?![\w/+=-]))(?=[^\s]{0,39}\d)(?=[^\s]{0,39}[A-Z])(?=[^\s]{0,39}[a-z])[A-Za-z0-9/+]{40}/g,
    },
    {
        name: 'number',
        pattern: /(?<![\w./-])(?<!\barn:[\w-]{1,12}:[\w-]{0,32}:[\w-]{0,32}:)\d{9,19}(?![\w-]|\.\d)/g,
    },
];
/** The text with every secret and every piece of personal data that it shows replaced by `[name]`. */
function redact(text) {
    return RULES.reduce((left, { name, pattern, keep }) => left.replace(pattern, `${keep ?? ''}[${name}]`), text);
}

;// CONCATENATED MODULE: ./lib/outcome.js


/** Whether the step should be green. */
function succeeded({ kind, error }) {
    return error === undefined && ['released', 'planned', 'rolled-back'].includes(kind);
}
/** The state of the service after the run, in one sentence. */
function stateOfService({ kind, state }) {
    return state ?? SENTENCES[kind];
}
const SENTENCES = {
    released: 'The new revision is live, and that is proven.',
    planned: 'Nothing was changed: this was a dry run.',
    'rolled-back': 'The service is back on the earlier revision, and that is proven.',
    failed: 'Nothing of the service was changed.',
    'left-as-is': 'The service was changed and left as it is: a person should look.',
    superseded: 'Somebody else started a newer deployment; it was not touched.',
    cancelled: 'The run was cancelled before the service was changed.',
    'rollback-failed': 'The service could not be proven to be back: a person must look.',
};
/** How a run ended that threw and undid nothing; `changed` says whether the service was, or may have been, changed by then. */
function failure(thrown, changed) {
    const error = asDeployError(thrown);
    return { kind: OWN_KIND[error.code] ?? (changed ? 'left-as-is' : 'failed'), error };
}
const OWN_KIND = {
    superseded: 'superseded',
    cancelled: 'cancelled',
};
/** Anything that was thrown as our own error; what is not one of ours is a defect of the action. */
function asDeployError(thrown) {
    if (thrown instanceof DeployError)
        return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new DeployError('internal', `A defect of this action: ${redact(message)}`, {
        hint: 'Please report it with the log of this run.',
        cause: thrown,
    });
}

;// CONCATENATED MODULE: ./lib/inputs/health-check.js
/** The container health check in ECS's shape; its limits are those of the API (HealthCheck). */
function readHealthCheck(read) {
    const timings = ['interval', 'timeout', 'retries', 'start-period'].map((part) => `health-check-${part}`);
    const command = read.text('health-check-command');
    if (command === undefined) {
        for (const name of timings.filter((timing) => read.text(timing) !== undefined)) {
            read.problem(`The input ${name} needs health-check-command.`);
        }
        return undefined;
    }
    const seconds = (name, otherwise, min, max) => read.duration(name, otherwise, { min, max }) / 1_000;
    return {
        command: [...healthCommand(read, command)],
        interval: seconds('health-check-interval', '30s', '5s', '300s'),
        timeout: seconds('health-check-timeout', '5s', '2s', '60s'),
        retries: read.integer('health-check-retries', 3, { min: 1, max: 10 }),
        startPeriod: seconds('health-check-start-period', '60s', '0s', '300s'),
    };
}
function healthCommand(read, command) {
    if (!command.startsWith('['))
        return ['CMD-SHELL', command];
    try {
        const parsed = JSON.parse(command);
        if (Array.isArray(parsed) && parsed.length > 0 && parsed.every((part) => typeof part === 'string'))
            return parsed;
    }
    catch {
        // Said below, in our words.
    }
    read.problem('The input health-check-command looks like a JSON array, but is not one of texts.');
    return [];
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/model/json.js
/** Whether a value is a JSON object, and neither null nor a list. */
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** The text of a field, or undefined when it is absent or no text. */
function textAt(object, name) {
    const value = object[name];
    return typeof value === 'string' ? value : undefined;
}
/** The objects of a list field; anything else in it is passed over. */
function objectsAt(object, name) {
    const value = object[name];
    return Array.isArray(value) ? value.filter(isObject) : [];
}
/** Parses text that should hold a JSON object; undefined when it does not. */
function parseObject(text) {
    try {
        const value = JSON.parse(text);
        return isObject(value) ? value : undefined;
    }
    catch {
        return undefined;
    }
}
/** The same text for equal values, whatever the order of their fields: RFC 8785's order of names. */
function canonicalJson(value) {
    if (Array.isArray(value))
        return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
    if (!isObject(value))
        return JSON.stringify(value ?? null);
    const fields = Object.keys(value)
        .filter((name) => value[name] !== undefined)
        .sort()
        .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
    return `{${fields.join(',')}}`;
}

;// CONCATENATED MODULE: ./lib/model/build-inputs.js



/** Label that says what an image was built from, beside the commit. */
const INPUTS_LABEL = 'io.github.deploy-backend.inputs';
/** Labels of the OCI image-spec ("annotations.md") that we write and read. */
const REVISION_LABEL = 'org.opencontainers.image.revision';
const CREATED_LABEL = 'org.opencontainers.image.created';
const SOURCE_LABEL = 'org.opencontainers.image.source';
const VERSION_LABEL = 'org.opencontainers.image.version';
/**
 * Build arguments with their values; one without a value and without a variable of its name is passed over,
 * as docker does.
 */
function resolveBuildArgs(lines, env) {
    return lines.flatMap((line) => {
        const [name, value] = pair(line);
        if (line.includes('='))
            return [{ name, value, inherited: false }];
        const found = env[name];
        return found === undefined ? [] : [{ name, value: found, inherited: true }];
    });
}
/** Reads build secrets in docker's own notation. Throws a `DeployError` of code `inputs`. */
function parseBuildSecret(line) {
    const fields = new Map(line.split(',').map((field) => pair(field.trim())));
    const id = fields.get('id');
    if (id === undefined || id === '') {
        throw new DeployError('inputs', 'build-secrets has a line without id=.', {
            hint: 'Write id=name,env=VARIABLE or id=name,src=path, one a line.',
        });
    }
    const fromFile = fields.has('src') || fields.has('source');
    const fromEnv = fields.get('env') ?? (fields.get('type') === 'env' ? fields.get('src') : undefined);
    return { id, env: fromEnv ?? (fromFile ? undefined : id) };
}
/**
 * One SHA-256 over all that went into a build but the commit: equal for equal builds, whatever the order of
 * arguments or the spelling of paths. Values are in it only as part of the hash; of secrets only the names are.
 */
function hashBuildInputs(inputs, args) {
    const values = new Map(args.map(({ name, value }) => [name, sha256(value)]));
    return sha256(canonicalJson({
        version: 1,
        context: normalPath(inputs.context),
        dockerfile: normalPath(inputs.dockerfile),
        target: inputs.target ?? '',
        platform: inputs.platform.toLowerCase(),
        arguments: Object.fromEntries(values),
        secrets: [...new Set(inputs.secrets.map((line) => parseBuildSecret(line).id))].sort(),
    }));
}
/** Tag and revision of a build whose tree differs from its commit: `<sha>-dirty-<hash>`. */
function dirtyRevision(sha, changes) {
    const lines = changes.map(({ path, mode, blob }) => `${mode} ${blob} ${path}`).sort();
    return `${sha}-dirty-${sha256(lines.join('\0')).slice(0, 12)}`;
}
/**
 * The commit that an image's label names: a whole SHA, or one of a dirty build. `unknown`, a version or half a SHA
 * is none, because nothing could be proven with it.
 */
function labelledCommit(labels) {
    const label = labels[REVISION_LABEL]?.toLowerCase() ?? '';
    return /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:-dirty-[0-9a-f]{12})?$/.test(label) ? label : undefined;
}
/** The SHA-256 of a text, in hexadecimal. */
function sha256(text) {
    return (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex');
}
function pair(field) {
    const equals = field.indexOf('=');
    return equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
}
function normalPath(path) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}` || '.';
}

;// CONCATENATED MODULE: ./lib/model/buildx-version.js

/** Reads `v0.31.1` or `v0.31.1@sha256:…`. Throws a `DeployError` of code `inputs`. */
function parseBuildxVersion(text) {
    const match = /^(v\d+\.\d+\.\d+(?:-[\w.]+)?)(?:@sha256:([0-9a-f]{64}))?$/.exec(text);
    if (match?.[1] === undefined) {
        throw new DeployError('inputs', 'buildx-version is not a release of buildx.', {
            hint: 'Write v0.31.1, or v0.31.1@sha256: and 64 hexadecimal digits.',
        });
    }
    return { version: match[1], sha256: match[2] };
}

;// CONCATENATED MODULE: ./lib/model/image.js

/** The commit that an image is released as: its label's, else the one that is expected of it. */
function releasedCommit({ gitSha, expectedSha }) {
    return gitSha ?? expectedSha;
}
/** Reference grammar of the distribution project ("reference/regexp.go"): paths, tags and SHA-256 digests. */
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/;
/**
 * Host names of private ECR registries: IPv4, FIPS and dual-stack forms in every partition ("Making requests
 * to Amazon ECR registries"; the patterns are those of AWS's own docker credential helper).
 */
const ECR_HOST = /^(?<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z0-9]+(?:-[a-z0-9]+)+)\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.(?:com\.cn|eu))|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$/;
/** CreateRepository, `repositoryName`: 2 to 256 characters. */
const MIN_NAME = 2;
const MAX_NAME = 256;
/** Whether a text is an image digest: `sha256:` and 64 hexadecimal digits. */
function isDigest(text) {
    return DIGEST.test(text);
}
/** Reads an image reference; throws a `DeployError` of code `inputs` that says what is wrong with it. */
function parseImageReference(text) {
    const [named = '', digest, ...rest] = text.split('@');
    if (rest.length > 0 || (digest !== undefined && !DIGEST.test(digest))) {
        throw wrong(text, 'what follows @ must be sha256: and 64 hexadecimal digits.');
    }
    const colon = named.lastIndexOf(':');
    const tagged = colon > named.lastIndexOf('/');
    const tag = tagged ? named.slice(colon + 1) : undefined;
    if (tag !== undefined && !TAG.test(tag)) {
        throw wrong(text, 'a tag has at most 128 letters, digits, dots, dashes and underscores.');
    }
    const { host, path } = splitHost(tagged ? named.slice(0, colon) : named);
    if (host !== undefined && !HOST.test(host))
        throw wrong(text, `"${host}" is not a host name.`);
    if (!PATH.test(path)) {
        throw wrong(text, 'a repository name has lower-case letters, digits and single . _ - / between them.');
    }
    return { host, path, tag, digest };
}
/** Writes an image reference the way docker and ECS read it. */
function formatImageReference({ host, path, tag, digest }) {
    const named = host === undefined ? path : `${host}/${path}`;
    return `${named}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
/**
 * Reads the name or URI of an ECR repository. A URI of another host is let through without account and
 * region: it holds only if ECR itself answers with that URI. Throws a `DeployError` of code `inputs`.
 */
function parseRepository(text) {
    const { host, path, tag, digest } = parseImageReference(text.trim());
    if (tag !== undefined || digest !== undefined) {
        throw wrong(text, 'a repository has no tag and no digest; use image or image-tag for those.');
    }
    if (path.length < MIN_NAME || path.length > MAX_NAME) {
        throw wrong(text, `a repository name has ${MIN_NAME} to ${MAX_NAME} characters.`);
    }
    return { name: path, host, ...registryOf(host) };
}
/** Account and region of an ECR registry's host name; both undefined for any other host. */
function registryOf(host) {
    const groups = host === undefined ? undefined : ECR_HOST.exec(host.toLowerCase())?.groups;
    return { account: groups?.['account'], region: groups?.['region'] };
}
/** Whether a tag, once pushed, can never point to another image. */
function isImmutable({ mutability, exceptions }, tag) {
    const excepted = exceptions.some((pattern) => matchesWildcard(pattern, tag));
    return mutability.startsWith('IMMUTABLE') !== excepted;
}
function matchesWildcard(pattern, text) {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(text);
}
/** Docker takes the first part for a host when it has a dot, a colon or a capital, or is `localhost`. */
function splitHost(named) {
    const slash = named.indexOf('/');
    const first = slash < 0 ? '' : named.slice(0, slash);
    const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
    return isHost ? { host: first, path: named.slice(slash + 1) } : { host: undefined, path: named };
}
function wrong(text, why) {
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    return new DeployError('inputs', `"${shown}" is not a valid image or repository: ${why}`, {
        hint: 'Write 123456789012.dkr.ecr.us-east-1.amazonaws.com/name, with :tag or @sha256:… for an image.',
    });
}

;// CONCATENATED MODULE: ./lib/inputs/image-source.js



const OWN_BUILD_ARGS = ['GIT_SHA', 'BUILD_TIME'];
const image_source_TAG = /^\w[\w.-]{0,127}$/;
/** Reads whether to build or to take an existing image, and the settings of that. */
function readSource(read) {
    const image = read.text('image');
    if (image !== undefined) {
        if (read.text('image-tag'))
            read.problem('The inputs image and image-tag exclude each other: nothing is tagged when nothing is built.');
        read.parsed(() => parseImageReference(image));
        return {
            kind: 'image',
            image,
            expectedSha: read
                .matching('expected-sha', /^[0-9a-f]{40}([0-9a-f]{24})?$/i, 'a whole commit SHA')
                ?.toLowerCase(),
        };
    }
    const repository = read.text('ecr-repository');
    if (repository === undefined) {
        read.problem('The input ecr-repository is missing.', 'Give it to build this commit, or give image to release one that exists.');
    }
    else
        read.parsed(() => parseRepository(repository));
    const secrets = read.lines('build-secrets');
    for (const line of secrets)
        read.parsed(() => parseBuildSecret(line));
    const buildx = read.text('buildx-version');
    return {
        kind: 'build',
        repository: repository ?? '',
        tag: read.matching('image-tag', image_source_TAG, 'a tag: letters, digits, ".", "_" and "-"'),
        context: read.text('context') ?? '.',
        dockerfile: read.text('dockerfile') ?? 'Dockerfile',
        target: read.matching('target', /^[\w.-]+$/, 'the name of a build stage'),
        platform: read.matching('platform', /^linux\/(amd64|arm64)(\/v8)?$/, 'linux/amd64 or linux/arm64'),
        buildArgs: readBuildArgs(read),
        secrets,
        cacheFrom: read.lines('cache-from'),
        cacheTo: read.lines('cache-to'),
        buildxVersion: buildx === undefined ? undefined : read.parsed(() => parseBuildxVersion(buildx)),
        allowDirty: read.flag('allow-dirty', false),
    };
}
/** `NAME=value`, or `NAME` alone for the value that the variable has on this machine, as docker takes them. */
function readBuildArgs(read) {
    const lines = read.lines('build-args');
    lines.forEach((line, index) => {
        const name = line.split('=', 1)[0] ?? '';
        // The line itself may hold a secret, so it is named by its number.
        if (!/^[A-Za-z_]\w*$/.test(name))
            read.problem(`Line ${String(index + 1)} of the input build-args is neither NAME=value nor NAME.`);
        if (OWN_BUILD_ARGS.some((own) => own === name))
            read.problem(`The input build-args sets ${name}, which this action sets itself.`);
    });
    return lines;
}

;// CONCATENATED MODULE: ./lib/model/duration.js
const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 };
/** Milliseconds of a duration such as `90s`, `15m` or `1h30m`; undefined when it is none. */
function parseDuration(text) {
    const parts = /^(?:(?<h>\d{1,4})h)?(?:(?<m>\d{1,5})m)?(?:(?<s>\d{1,6})s)?$/.exec(text)?.groups;
    if (!parts || text === '')
        return undefined;
    return Object.entries(UNITS).reduce((sum, [unit, ms]) => sum + Number(parts[unit] ?? 0) * ms, 0);
}
/** A duration as a person reads it: `0.4s`, `12s`, `3m 05s`, `1h 02m`. */
function showDuration(ms) {
    if (ms < 9_950)
        return `${(Math.max(0, ms) / 1_000).toFixed(1)}s`;
    const seconds = Math.round(ms / 1_000);
    if (seconds < 60)
        return `${String(seconds)}s`;
    const two = (value) => String(value).padStart(2, '0');
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60)
        return `${String(minutes)}m ${two(seconds % 60)}s`;
    return `${String(Math.floor(minutes / 60))}h ${two(minutes % 60)}m`;
}

;// CONCATENATED MODULE: ./lib/inputs/reader.js



/** A reader of the variables in which the runner passes inputs (`INPUT_` and the name in capitals). */
function inputReader(env) {
    const found = [];
    const problem = (message, hint) => {
        found.push(new DeployError('inputs', message, hint === undefined ? {} : { hint }));
    };
    const text = (name) => env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`]?.trim() || undefined;
    const lines = (name) => (text(name) ?? '')
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
    return {
        text,
        lines,
        problem,
        parsed(parse) {
            try {
                return parse();
            }
            catch (error) {
                if (!(error instanceof DeployError))
                    throw error;
                found.push(error);
                return undefined;
            }
        },
        ...scalars(text, problem),
        pairs: (name, reserved) => pairsOf(name, lines(name), reserved, problem),
        finish() {
            if (found.length > 0)
                throw problems(found);
        },
    };
}
function scalars(text, problem) {
    const wrong = (name, value, meaning) => problem(`The input ${name} is ${show(value)}, but must be ${meaning}.`);
    return {
        required(name) {
            const value = text(name);
            if (value === undefined)
                problem(`The input ${name} is missing.`);
            return value ?? '';
        },
        matching(name, form, meaning) {
            const value = text(name);
            if (value === undefined || form.test(value))
                return value;
            wrong(name, value, meaning);
            return undefined;
        },
        choice(name, options) {
            const value = text(name) ?? options[0];
            const option = options.find((one) => one === value);
            if (option === undefined)
                wrong(name, value, oneOf(options));
            return option ?? options[0];
        },
        flag(name, otherwise) {
            const value = text(name);
            if (value === undefined)
                return otherwise;
            if (!/^(true|false)$/i.test(value))
                wrong(name, value, 'true or false');
            return value.toLowerCase() === 'true';
        },
        duration(name, otherwise, range) {
            const value = text(name) ?? otherwise;
            const ms = parseDuration(value);
            const [min, max] = [parseDuration(range?.min ?? '1s') ?? 0, parseDuration(range?.max ?? '24h') ?? 0];
            if (ms !== undefined && ms >= min && ms <= max)
                return ms;
            const within = range ? ` from ${range.min} to ${range.max}` : '';
            wrong(name, value, `a duration such as 90s, 15m or 1h${within}`);
            return 0;
        },
        integer(name, otherwise, { min, max }) {
            const value = text(name) ?? String(otherwise);
            const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
            if (number >= min && number <= max)
                return number;
            wrong(name, value, `a whole number from ${String(min)} to ${String(max)}`);
            return otherwise;
        },
    };
}
function pairsOf(name, lines, reserved, problem) {
    const pairs = new Map();
    lines.forEach((line, index) => {
        const equals = line.indexOf('=');
        const key = equals < 0 ? '' : line.slice(0, equals).trim();
        // The line itself may hold a secret, so it is named by its number.
        if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key)) {
            problem(`Line ${String(index + 1)} of the input ${name} is not NAME=value.`);
        }
        else if (reserved.includes(key)) {
            problem(`The input ${name} sets ${key}, which this action sets itself.`);
        }
        else {
            pairs.set(key, line.slice(equals + 1));
        }
    });
    return pairs;
}
function show(value) {
    return `"${cleanLine(value, 80)}"`;
}
function oneOf(options) {
    return options.length === 1
        ? (options[0] ?? '')
        : `${options.slice(0, -1).join(', ')} or ${options.at(-1) ?? ''}`;
}

;// CONCATENATED MODULE: ./lib/model/arn.js
/** Takes an ARN apart; undefined when the text is none. Any partition is accepted (aws, aws-cn, aws-us-gov). */
function parseArn(text) {
    const match = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12})?:(\S+)$/.exec(text);
    const [, partition, service, region, account, resource] = match ?? [];
    if (partition === undefined || service === undefined || region === undefined || resource === undefined) {
        return undefined;
    }
    return { partition, service, region, account: account ?? '', resource };
}
/** The last part of an ARN or of a path: the name or id that people use. A plain name is returned as it is. */
function lastPart(arn) {
    return arn.slice(arn.lastIndexOf('/') + 1);
}
/** Family and revision of a task definition ARN or of `family:revision`. */
function familyAndRevision(taskDefinition) {
    const match = /^([\w-]+):(\d+)$/.exec(lastPart(taskDefinition));
    const [, family, revision] = match ?? [];
    return family === undefined ? undefined : { family, revision: Number(revision) };
}

;// CONCATENATED MODULE: ./lib/inputs/rollback-to.js

/** Reads `rollback-to`. Up to six digits are a revision number, more are the beginning of a commit. */
function readRollbackTo(read) {
    const value = read.text('rollback-to') ?? 'previous';
    if (/^\d{1,6}$/.test(value))
        return { kind: 'revision', number: Number(value) };
    if (/^[0-9a-f]{7,64}$/i.test(value))
        return { kind: 'commit', sha: value.toLowerCase() };
    if (parseArn(value)?.service === 'ecs' && familyAndRevision(value))
        return { kind: 'arn', arn: value };
    if (value !== 'previous') {
        read.problem(`The input rollback-to is "${value.slice(0, 80)}", but must be previous, a revision number, the ARN of a revision, or a commit SHA.`);
    }
    return { kind: 'previous' };
}

;// CONCATENATED MODULE: ./lib/inputs/inputs.js





/** Names that the action gives the container and the build itself. */
const OWN_VARIABLES = ['GIT_SHA', 'BUILD_TIME', 'IMAGE_DIGEST'];
/** Reads and validates every input of the mode; throws one `DeployError` that names every problem. */
function readInputs(env) {
    const read = inputReader(env);
    const mode = read.choice('mode', ['release', 'rollback']);
    read.flag('summary', true);
    const inputs = mode === 'release' ? readRelease(read, env) : readRollback(read, env);
    read.finish();
    return inputs;
}
function readRelease(read, env) {
    return {
        mode: 'release',
        ...readCommon(read, env, 'required'),
        source: readSource(read),
        inFlight: read.choice('in-flight', ['refuse', 'wait', 'replace']),
        allowDowngrade: read.flag('allow-downgrade', false),
        allowNoFallback: read.flag('allow-no-fallback', false),
        forceNewDeployment: read.flag('force-new-deployment', false),
        taskDefinition: read.text('task-definition'),
        environment: read.pairs('environment-variables', OWN_VARIABLES),
        healthCheck: readHealthCheck(read),
        deploymentTimeout: read.duration('deployment-timeout', '15m'),
        githubToken: read.text('github-token') ?? '',
    };
}
function readRollback(read, env) {
    const common = readCommon(read, env, 'optional');
    const unasked = common.smoke === undefined && read.flag('smoke', true);
    return { mode: 'rollback', ...common, to: readRollbackTo(read), unasked };
}
function readCommon(read, env, baseUrl) {
    return {
        place: readPlace(read, env),
        dryRun: read.flag('dry-run', false),
        targetGroups: readTargetGroups(read),
        targetHealthTimeout: read.duration('target-health-timeout', '5m'),
        rollbackTimeout: read.duration('rollback-timeout', '15m'),
        autoRollback: read.flag('auto-rollback', true),
        smoke: readSmoke(read, baseUrl),
        logs: {
            group: read.matching('log-group', /^[\w./#-]{1,512}$/, 'the name of a log group'),
            lines: read.integer('log-lines', 50, { min: 0, max: 1_000 }),
            excerpt: read.choice('log-excerpt', ['redacted', 'counts', 'off']),
        },
    };
}
const NAME_OR_ARN = /^(arn:aws[\w-]*:ecs:\S+|\w[\w-]{0,254})$/;
function readPlace(read, env) {
    const region = read.text('aws-region') ?? env['AWS_REGION']?.trim();
    if (!region) {
        read.problem('The input aws-region is missing.', 'Give it, or set AWS_REGION as aws-actions/configure-aws-credentials does.');
    }
    else if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) {
        read.problem(`The region "${region.slice(0, 40)}" is none: aws-region must be a name such as us-east-1.`);
    }
    const named = (name) => {
        const value = read.required(name);
        if (value)
            read.matching(name, NAME_OR_ARN, 'a name or an ARN');
        return value;
    };
    return {
        region: region ?? '',
        account: read.matching('aws-account', /^\d{12}$/, 'twelve digits'),
        cluster: named('cluster'),
        service: named('service'),
        container: read.matching('container', /^[\w-]{1,255}$/, 'the name of a container'),
    };
}
function readTargetGroups(read) {
    const arns = read.lines('target-groups');
    for (const arn of arns) {
        if (parseArn(arn)?.service !== 'elasticloadbalancing') {
            read.problem(`The input target-groups holds "${arn.slice(0, 80)}", which is not the ARN of a target group.`);
        }
    }
    return arns;
}
function readSmoke(read, need) {
    const timeout = read.duration('smoke-timeout', '30s');
    const versionPath = read.matching('version-path', /^\/(?!\/)\S*$/, 'a path that starts with one "/"') ?? '/api/v1/version';
    if (!read.flag('smoke', true))
        return undefined;
    const text = read.text('base-url');
    if (text === undefined) {
        if (need === 'optional')
            return undefined;
        read.problem('The input base-url is missing.', 'Give the URL where the service answers, or set smoke to false.');
        return undefined;
    }
    const baseUrl = URL.canParse(text) ? new URL(text) : undefined;
    if (!baseUrl || !/^https?:$/.test(baseUrl.protocol) || baseUrl.username || baseUrl.password) {
        read.problem('The input base-url must be a URL such as https://api.example.com, without user name and password.');
        return undefined;
    }
    return { baseUrl, versionPath, timeout };
}

;// CONCATENATED MODULE: ./lib/checks/check.js
/** Whether a result counts as passed. */
function passed({ verdict }) {
    return verdict === 'pass' || verdict === 'flaky';
}

;// CONCATENATED MODULE: ./lib/report/outputs.js



/** Names of the action's outputs; each is declared in action.yml, and a name never changes within v1. */
const OUTPUTS = (/* unused pure expression or super */ null && ([
    'outcome',
    'failure-code',
    'git-sha',
    'build-time',
    'image-digest',
    'image-uri',
    'task-definition-arn',
    'task-definition-revision',
    'previous-task-definition-arn',
    'deployment-id',
    'rolled-back',
    'smoke-passed',
    'smoke-failed',
    'smoke-results',
    'changed',
    'duration-seconds',
    'url',
]));
/** The outputs that a new fact makes known. */
function outputsOf(facts) {
    const values = [
        ['git-sha', facts.gitSha],
        ['build-time', facts.buildTime],
        ['image-digest', facts.imageDigest],
        ['image-uri', facts.imageUri],
        ['task-definition-arn', facts.taskDefinitionArn],
        ['task-definition-revision', revision(facts.taskDefinitionArn)],
        ['previous-task-definition-arn', facts.previousTaskDefinitionArn],
        ['deployment-id', facts.deploymentId],
        ['smoke-passed', facts.smoke && String(facts.smoke.filter(passed).length)],
        ['smoke-failed', facts.smoke && String(facts.smoke.filter(({ verdict }) => verdict === 'fail').length)],
        ['smoke-results', facts.smoke && JSON.stringify(facts.smoke)],
        ['changed', facts.changed === undefined ? undefined : String(facts.changed)],
        ['url', facts.url],
    ];
    return new Map(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, cleanLine(value, 100_000)]])));
}
/** Every output at the end of a run: what is known, and how it ended. `duration` is in milliseconds. */
function finalOutputs(facts, outcome, duration) {
    return new Map([
        ...outputsOf({ changed: false, ...facts }),
        ['outcome', outcome.kind],
        ['rolled-back', String(outcome.kind === 'rolled-back')],
        ['failure-code', outcome.error?.code ?? ''],
        ['duration-seconds', String(Math.round(duration / 1_000))],
    ]);
}
function revision(arn) {
    const parsed = arn === undefined ? undefined : familyAndRevision(arn);
    return parsed && String(parsed.revision);
}

;// CONCATENATED MODULE: ./lib/journal.js




/** The steps of a release, in the order of the story. */
const RELEASE_STEPS = [
    'preflight',
    'baseline',
    'build',
    'push',
    'register',
    'deploy',
    'wait',
    'health',
    'identity',
    'smoke',
    'logs',
];
/** The steps of a rollback that was asked for. */
const ROLLBACK_STEPS = ['preflight', 'deploy', 'wait', 'health', 'identity', 'smoke', 'logs'];
/** A journal that groups the log, appends outputs as they become known and keeps the rest for the report. */
function journal(world, plan = RELEASE_STEPS) {
    const { clock, log, runner } = world;
    const steps = [];
    const warnings = [];
    let facts = {};
    let outputsFail = false;
    const voice = {
        note: (text) => log.info(text),
        skip: (why) => log.info(why),
        warn(text) {
            warnings.push(text);
            log.warning(text);
        },
        async know(more) {
            facts = { ...facts, ...more };
            try {
                for (const [name, value] of outputsOf(more))
                    await runner.output(name, value);
            }
            catch (error) {
                // The report at the end says it as well; here it must not stop a release half-way.
                if (!outputsFail)
                    voice.warn(`Outputs cannot be written: ${firstLine(error)}`);
                outputsFail = true;
            }
        },
    };
    return {
        async step(name, work) {
            const step = recorder(name, world);
            log.group(name);
            try {
                const made = await work({ ...voice, ...step.voice });
                steps.push(step.end());
                return made;
            }
            catch (error) {
                steps.push(step.failed(firstLine(error)));
                throw error;
            }
        },
        voice,
        plan,
        startedAt: clock.now(),
        steps,
        warnings,
        get facts() {
            return facts;
        },
    };
}
/** Times one step and remembers its note; the end closes its group and leaves one line beside it. */
function recorder(name, { clock, log }) {
    const [startedAt, started] = [clock.now(), clock.monotonic()];
    let [status, note] = ['passed', ''];
    const end = () => {
        const took = clock.monotonic() - started;
        log.endGroup();
        log.info(`${MARK[status]} ${name} ${showDuration(took)}${note ? `: ${note}` : ''}`);
        return { name, status, startedAt, took, note };
    };
    return {
        voice: {
            note: (text) => void (note = text),
            skip: (why) => void ([status, note] = ['skipped', why]),
        },
        end,
        failed(why) {
            [status, note] = ['failed', why];
            return end();
        },
    };
}
const MARK = { passed: '✓', failed: '✗', skipped: '–' };
/** Our own messages are redacted where they are made, because they may name accounts and digests. */
function firstLine(error) {
    const message = error instanceof DeployError
        ? error.message
        : redact(error instanceof Error ? error.message : String(error));
    return message.split('\n', 1)[0] ?? '';
}

;// CONCATENATED MODULE: ./lib/model/aws-failure.js


/** Error names that AWS documents as throttling (smithy-typescript, service-error-classification). */
const THROTTLING = new Set([
    'BandwidthLimitExceeded',
    'EC2ThrottledException',
    'LimitExceededException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'TransactionInProgressException',
]);
/** Faults of the way there and back (the same list's transient errors and Node's system errors). */
const TRANSPORT = new Set([
    'TimeoutError',
    'RequestTimeout',
    'RequestTimeoutException',
    'SyntaxError',
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired']);
const DENIED = new Set([
    'AccessDenied',
    'AccessDeniedException',
    'UnauthorizedOperation',
    'AuthorizationError',
]);
const UNKNOWN_CALLER = new Set([
    'CredentialsProviderError',
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'IncompleteSignature',
    'AuthFailure',
]);
/** Read by shape and not by class: what Node or the SDK throws may come from another realm. */
function faultOf(error) {
    if (typeof error !== 'object' || error === null) {
        return { name: '', code: '', message: String(error), status: undefined, skewed: false };
    }
    const given = '$metadata' in error ? error.$metadata : undefined;
    const metadata = typeof given === 'object' && given !== null ? given : {};
    const status = 'httpStatusCode' in metadata ? Number(metadata.httpStatusCode) || undefined : undefined;
    const skewed = 'clockSkewCorrected' in metadata && metadata.clockSkewCorrected === true;
    return {
        name: fieldOf(error, 'name'),
        code: fieldOf(error, 'code'),
        message: fieldOf(error, 'message'),
        status,
        skewed,
    };
}
function fieldOf(error, name) {
    const value = name in error ? Reflect.get(error, name) : undefined;
    return typeof value === 'string' ? value : '';
}
/**
 * Whether the same read may succeed a moment later: throttling, a server's fault, a broken connection, an answer
 * without what it has to hold. What AWS refused for good is none of these.
 */
function isTransient(error) {
    if (error instanceof DeployError) {
        return error.code === 'aws-unavailable' && (error.cause === undefined || isTransient(error.cause));
    }
    const { name, code, message, status } = faultOf(error);
    // The SDK says the last of any answer that it cannot read; for XML the error has no name of its own.
    const broken = TRANSPORT.has(name) || TRANSPORT.has(code) || message.includes('Deserialization error:');
    return broken || isTurnedAway(error) || (status !== undefined && status >= 500);
}
/**
 * Whether AWS turned a call away without looking at it, so that it certainly did nothing and may be sent again: it came
 * too fast, or it was signed by a clock that the SDK has corrected since.
 */
function isTurnedAway(error) {
    const { name, message, status, skewed } = faultOf(error);
    // The last one is ECS's own way to say it, as a ClientException.
    return ((skewed && isRefusal(error)) ||
        THROTTLING.has(name) ||
        status === 429 ||
        /too many concurrent attempts to create a new/i.test(message));
}
/** Whether AWS was reached and said no, so that a mutation certainly did not happen. */
function isRefusal(error) {
    const { status } = faultOf(error);
    return status !== undefined && status >= 400 && status < 500;
}
/** Name of an AWS error anywhere in the chain of causes, e.g. `ClusterNotFoundException`. */
function awsErrorName(error) {
    if (error instanceof DeployError)
        return awsErrorName(error.cause);
    return faultOf(error).name;
}
/** Turns what an SDK client threw into our words; a `DeployError` passes as it is. */
function refusal(error, action) {
    if (error instanceof DeployError)
        return error;
    const { name, code, message } = faultOf(error);
    const said = message ? `: ${redact(message)}` : '';
    const details = { cause: error };
    if (EXPIRED.has(name)) {
        return new DeployError('credentials-expired', `AWS refused ${action}: the credentials have expired${said}`, {
            ...details,
            hint: 'Get new credentials; for long runs raise role-duration-seconds of the step that makes them.',
        });
    }
    if (DENIED.has(name)) {
        // A call may need more than its own permission: iam:PassRole, ecs:TagResource.
        const missing = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1] ?? action;
        return new DeployError('access-denied', `AWS refused ${action}: permission is missing${said}`, {
            ...details,
            hint: `Allow ${missing} in the policy of the role that runs this job.`,
        });
    }
    if (UNKNOWN_CALLER.has(name)) {
        return new DeployError('credentials-missing', `AWS refused ${action}: no valid credentials${said}`, {
            ...details,
            hint: 'Run aws-actions/configure-aws-credentials before this step, or set the AWS_* variables.',
        });
    }
    return new DeployError('aws-unavailable', `${action} failed (${name || code || 'unknown error'})${said}`, {
        ...details,
        hint: isTransient(error)
            ? "Check that the runner reaches AWS and that AWS's status page is green, then run the job again."
            : 'AWS did not take the request: correct what its message names.',
    });
}

;// CONCATENATED MODULE: ./lib/model/manifest.js

/** Media types that we can read (OCI image-spec; Docker "Image Manifest V2, Schema 2"). */
const MANIFEST_TYPES = [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
];
/** Reads a manifest or index; undefined when it is neither (schema 1, an artifact without configuration). */
function parseManifest(text) {
    const body = parseObject(text);
    if (!body)
        return undefined;
    if (Array.isArray(body['manifests'])) {
        return { kind: 'index', images: objectsAt(body, 'manifests').flatMap(imageEntry) };
    }
    const config = isObject(body['config']) ? textAt(body['config'], 'digest') : undefined;
    return config === undefined ? undefined : { kind: 'image', config };
}
/** Digests that ECS may report for a task of this image: what was asked for, and an index's own images. */
function acceptedDigests(digest, manifest) {
    const images = manifest.kind === 'index' ? manifest.images.map((image) => image.digest) : [];
    return [...new Set([digest, ...images])];
}
/** Reads an image configuration; undefined when it is no JSON object. */
function parseConfiguration(text) {
    const body = parseObject(text);
    if (!body)
        return undefined;
    const config = isObject(body['config']) ? body['config'] : {};
    const labels = isObject(config['Labels']) ? config['Labels'] : {};
    return {
        platform: platformOf(body),
        labels: Object.fromEntries(Object.entries(labels).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
    };
}
/** Buildx hangs attestations into the index under this annotation and the platform unknown/unknown. */
function imageEntry(entry) {
    const digest = textAt(entry, 'digest');
    const annotations = isObject(entry['annotations']) ? entry['annotations'] : {};
    if (digest === undefined || textAt(annotations, 'vnd.docker.reference.type') === 'attestation-manifest') {
        return [];
    }
    const platform = isObject(entry['platform']) ? platformOf(entry['platform']) : undefined;
    if (platform?.os === 'unknown' && platform.architecture === 'unknown')
        return [];
    return [{ digest, platform }];
}
function platformOf(body) {
    return {
        os: textAt(body, 'os') ?? 'linux',
        architecture: textAt(body, 'architecture') ?? 'amd64',
        variant: textAt(body, 'variant'),
    };
}

;// CONCATENATED MODULE: ./lib/adapters/aws/clients.js


/** What a client of the SDK is made with. It sends each request once: retries are ours, on our clock. */
function clientSettings({ world, region }) {
    return {
        region,
        maxAttempts: 1,
        requestHandler: world.aws ?? {
            connectionTimeout: 3_000,
            requestTimeout: 10_000,
            socketTimeout: 10_000,
            throwOnRequestTimeout: true,
        },
    };
}
const ATTEMPTS = 6;
/** Milliseconds for one attempt in all: the SDK's own limits do not end an answer that drips. */
const ATTEMPT_LIMIT = 20_000;
const BASE_DELAY = 200;
const MAX_DELAY = 5_000;
/**
 * A read: sent again after throttling and passing faults, with full jitter, at most six times.
 * Throws a `DeployError` whose code tells credentials, permissions and outages apart.
 */
async function read(access, action, attempt) {
    const { signal } = access.world;
    for (let attempts = 1;; attempts++) {
        try {
            return await attempt(AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_LIMIT)]));
        }
        catch (error) {
            if (signal.aborted)
                throw signal.reason;
            if (attempts >= ATTEMPTS || !isTransient(error))
                throw refusal(error, action);
            await pause(access, attempts);
        }
    }
}
/**
 * A mutation: sent exactly once, because a lost answer says nothing about what happened; only one that was
 * turned away unseen, and so certainly did not happen, is sent again. Not sent at all when the run is cancelled, but not
 * broken off then either. Throws a `DeployError`; unless `isRefusal` says of its cause that AWS said no, the
 * caller has to read back.
 */
async function mutate(access, action, attempt) {
    const { signal } = access.world;
    for (let attempts = 1;; attempts++) {
        signal.throwIfAborted();
        try {
            const answer = await attempt(AbortSignal.timeout(ATTEMPT_LIMIT));
            access.mutations.push({ action, requestId: answer.$metadata.requestId });
            return answer;
        }
        catch (error) {
            if (attempts >= ATTEMPTS || !isTurnedAway(error)) {
                access.mutations.push({ action, requestId: undefined });
                throw refusal(error, action);
            }
            await pause(access, attempts);
        }
    }
}
/** Full jitter between two attempts (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
function pause({ world: { clock, random, signal } }, attempts) {
    return clock.sleep(random() * Math.min(MAX_DELAY, BASE_DELAY * 2 ** attempts), signal);
}
/** A field that AWS always sends: its absence is a fault of the answer, never a fact about the service. */
function required(value, action, field) {
    if (value === undefined) {
        throw new DeployError('aws-unavailable', `${action} answered without ${field}.`, {
            hint: 'The answer was incomplete; run the job again.',
        });
    }
    return value;
}

;// CONCATENATED MODULE: ./lib/adapters/aws/ecr.js





/** The adapter for the registries of one region; the SDK's client is loaded on first use. */
function ecr(access) {
    let loaded;
    const load = () => (loaded ??= Promise.all(/* import() */[__nccwpck_require__.e(861), __nccwpck_require__.e(249)]).then(__nccwpck_require__.t.bind(__nccwpck_require__, 8249, 19)).then((sdk) => ({
        sdk,
        client: new sdk.ECRClient(clientSettings(access)),
    })));
    return {
        region: access.region,
        repository: async (address) => describeRepository(access, await load(), address),
        password: async (mask) => ecr_password(access, await load(), mask),
        digest: async (repository, image) => digestOf(access, await load(), repository, image),
        manifest: async (repository, image) => manifestOf(access, await load(), repository, image),
        layerUrl: async (repository, digest) => layerUrl(access, await load(), repository, digest),
    };
}
async function describeRepository(access, { sdk, client }, address) {
    const action = 'ecr:DescribeRepositories';
    const command = {
        repositoryNames: [address.name],
        ...(address.account === undefined ? {} : { registryId: address.account }),
    };
    const found = await read(access, action, async (abortSignal) => {
        const answer = await client.send(new sdk.DescribeRepositoriesCommand(command), { abortSignal });
        return required(answer.repositories?.[0], action, 'repositories[0]');
    }).catch((error) => {
        throw awsErrorName(error) === 'RepositoryNotFoundException'
            ? missing(address.name, access.region, error)
            : error;
    });
    return repositoryOf(found, address);
}
/**
 * A URI that was given keeps its own host (FIPS, dual stack) when it is one of ECR's; any other host has to be
 * the one that ECR answers with.
 */
function repositoryOf(found, address) {
    const action = 'ecr:DescribeRepositories';
    const answered = required(found.repositoryUri, action, 'repositoryUri');
    const answeredHost = answered.slice(0, answered.indexOf('/'));
    const host = address.host ?? answeredHost;
    if (host !== answeredHost && registryOf(host).account === undefined) {
        throw new DeployError('inputs', `${host} is no registry of ECR: the repository's URI is ${answered}.`, {
            hint: 'Give the URI that ECR shows for the repository, or its name alone.',
        });
    }
    return {
        arn: found.repositoryArn ?? '',
        name: address.name,
        host,
        uri: `${host}/${address.name}`,
        account: required(found.registryId, action, 'registryId'),
        tags: {
            mutability: found.imageTagMutability ?? 'MUTABLE',
            exceptions: (found.imageTagMutabilityExclusionFilters ?? []).flatMap(({ filter }) => filter ?? []),
        },
    };
}
/**
 * GetAuthorizationToken: base64 of `AWS:password`, good for every registry of the region that the caller may
 * use, whatever `registryIds` says (so it is not sent). `proxyEndpoint` is not used: the URI's own host is.
 */
async function ecr_password(access, { sdk, client }, mask) {
    const action = 'ecr:GetAuthorizationToken';
    const token = await read(access, action, async (abortSignal) => {
        const answer = await client.send(new sdk.GetAuthorizationTokenCommand({}), { abortSignal });
        return required(answer.authorizationData?.[0]?.authorizationToken, action, 'authorizationToken');
    });
    mask(token);
    const secret = /^AWS:(.+)$/s.exec(Buffer.from(token, 'base64').toString('utf8'))?.[1];
    if (secret !== undefined)
        mask(secret);
    return required(secret, action, 'a usable authorizationToken');
}
async function digestOf(access, { sdk, client }, repository, image) {
    const action = 'ecr:DescribeImages';
    const command = { ...place(repository), imageIds: [identifier(image)] };
    const reading = read(access, action, async (abortSignal) => {
        const answer = await client.send(new sdk.DescribeImagesCommand(command), { abortSignal });
        return required(answer.imageDetails?.[0]?.imageDigest, action, 'imageDetails[0].imageDigest');
    });
    return orMissing(repository, access.region, reading);
}
async function manifestOf(access, { sdk, client }, repository, image) {
    const action = 'ecr:BatchGetImage';
    const command = {
        ...place(repository),
        imageIds: [identifier(image)],
        acceptedMediaTypes: [...MANIFEST_TYPES],
    };
    const reading = read(access, action, async (abortSignal) => {
        const answer = await client.send(new sdk.BatchGetImageCommand(command), { abortSignal });
        return storedManifest(answer, action);
    });
    return orMissing(repository, access.region, reading);
}
function storedManifest({ failures, images }, action) {
    const [failure] = failures ?? [];
    if (failure?.failureCode === 'ImageNotFound')
        return undefined;
    if (failure) {
        const why = `${failure.failureCode ?? 'unknown'}: ${failure.failureReason ?? 'no reason given'}`;
        throw new DeployError('aws-unavailable', `${action} could not read the image (${why}).`);
    }
    return {
        digest: required(images?.[0]?.imageId?.imageDigest, action, 'images[0].imageId.imageDigest'),
        body: required(images?.[0]?.imageManifest, action, 'images[0].imageManifest'),
    };
}
async function layerUrl(access, { sdk, client }, repository, layerDigest) {
    const action = 'ecr:GetDownloadUrlForLayer';
    const command = { ...place(repository), layerDigest };
    return read(access, action, async (abortSignal) => {
        const answer = await client.send(new sdk.GetDownloadUrlForLayerCommand(command), { abortSignal });
        return required(answer.downloadUrl, action, 'downloadUrl');
    });
}
function place(repository) {
    return { registryId: repository.account, repositoryName: repository.name };
}
function identifier(image) {
    return 'digest' in image ? { imageDigest: image.digest } : { imageTag: image.tag };
}
/** An image that is not there is an answer, a repository that is not there is a problem. */
async function orMissing(repository, region, reading) {
    return reading.catch((error) => {
        const name = awsErrorName(error);
        if (name === 'ImageNotFoundException')
            return undefined;
        throw name === 'RepositoryNotFoundException' ? missing(repository.name, region, error) : error;
    });
}
function missing(name, region, cause) {
    return new DeployError('repository-missing', `There is no ECR repository "${name}" in ${region}.`, {
        hint: 'Create it, or correct ecr-repository; a URI brings its own account and region.',
        cause,
    });
}

;// CONCATENATED MODULE: ./lib/adapters/aws/pages.js


/** So often a list is read from its beginning. */
const pages_ATTEMPTS = 3;
/**
 * Every item of a list. A token that AWS gave and then refuses is a passing fault: a look from the beginning gets
 * another one. Throws what `read` throws.
 */
async function everyPage(access, action, page) {
    for (let attempt = 1;; attempt++) {
        const items = await pages(access, action, page);
        if (!(items instanceof DeployError))
            return items;
        if (attempt >= pages_ATTEMPTS)
            throw items;
    }
}
/** Follows `nextToken` to its end; a token that comes again ends it, too. An error when a later page was refused. */
async function pages(access, action, page) {
    const items = [];
    const used = new Set();
    for (let token;; used.add(token)) {
        try {
            const { items: more, nextToken } = await read(access, action, (signal) => page(token, signal));
            items.push(...more);
            if (!nextToken || used.has(nextToken))
                return items;
            token = nextToken;
        }
        catch (error) {
            const refused = token !== undefined && error instanceof DeployError && error.code === 'aws-unavailable';
            if (refused)
                return error;
            throw error;
        }
    }
}

;// CONCATENATED MODULE: ./lib/adapters/aws/ecs-history.js


/** So many successful service deployments are looked at: the way back never lies further behind. */
const MOST = 100;
/** DescribeServiceRevisions takes at most twenty (Amazon ECS API Reference). */
const PART = 20;
/** The verbs of ECS that tell what was deployed before. */
function ecs_history_history(access, load) {
    return { ...deployments(access, load), ...revisions(access, load) };
}
function deployments(access, load) {
    return {
        serviceDeployment: (arn) => read(access, 'ecs:DescribeServiceDeployments', async (abortSignal) => {
            const { sdk, client } = await load();
            const command = new sdk.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] });
            const { serviceDeployments } = await client.send(command, { abortSignal });
            const found = required(serviceDeployments, 'ecs:DescribeServiceDeployments', 'serviceDeployments');
            return found.map((one) => deploymentOf(one, one.targetServiceRevision?.arn))[0];
        }),
        successfulDeployments: (cluster, service) => read(access, 'ecs:ListServiceDeployments', async (abortSignal) => {
            const { sdk, client } = await load();
            const command = new sdk.ListServiceDeploymentsCommand({
                cluster,
                service,
                status: ['SUCCESSFUL'],
                maxResults: MOST,
            });
            const { serviceDeployments } = await client.send(command, { abortSignal });
            const found = required(serviceDeployments, 'ecs:ListServiceDeployments', 'serviceDeployments');
            return found.map((one) => deploymentOf(one, one.targetServiceRevisionArn));
        }),
    };
}
function revisions(access, load) {
    return {
        async revisionTaskDefinitions(serviceRevisionArns) {
            const action = 'ecs:DescribeServiceRevisions';
            const { sdk, client } = await load();
            const found = new Map();
            for (let at = 0; at < serviceRevisionArns.length; at += PART) {
                const part = serviceRevisionArns.slice(at, at + PART);
                const described = await read(access, action, async (abortSignal) => {
                    const command = new sdk.DescribeServiceRevisionsCommand({ serviceRevisionArns: part });
                    return required((await client.send(command, { abortSignal })).serviceRevisions, action, 'revisions');
                });
                for (const { serviceRevisionArn: arn, taskDefinition } of described) {
                    if (arn && taskDefinition)
                        found.set(arn, taskDefinition);
                }
            }
            return found;
        },
        async revisions(family) {
            const action = 'ecs:ListTaskDefinitions';
            const { sdk, client } = await load();
            return everyPage(access, action, async (nextToken, abortSignal) => {
                const command = new sdk.ListTaskDefinitionsCommand({
                    familyPrefix: family,
                    status: 'ACTIVE',
                    sort: 'DESC',
                    nextToken,
                });
                const answer = await client.send(command, { abortSignal });
                const items = required(answer.taskDefinitionArns, action, 'taskDefinitionArns');
                return { items, nextToken: answer.nextToken };
            });
        },
    };
}
function deploymentOf(deployment, revision) {
    return {
        arn: deployment.serviceDeploymentArn ?? '',
        status: deployment.status ?? '',
        statusReason: deployment.statusReason ?? '',
        targetServiceRevisionArn: revision ?? '',
        createdAt: deployment.createdAt?.getTime() ?? 0,
    };
}

;// CONCATENATED MODULE: ./lib/model/task-definition.js

/** The tags of a list `tags` of keys and values, as API answers and task definition files have it. */
function tagsOf(object) {
    return new Map(objectsAt(object, 'tags').map((tag) => [textAt(tag, 'key') ?? '', textAt(tag, 'value') ?? '']));
}
/** Fields that DescribeTaskDefinition answers and RegisterTaskDefinition refuses (Amazon ECS API Reference). */
const READ_ONLY = [
    'taskDefinitionArn',
    'revision',
    'status',
    'requiresAttributes',
    'compatibilities',
    'registeredAt',
    'registeredBy',
    'deregisteredAt',
    'deleteRequestedAt',
];
/** The names of all containers of a task definition. */
function containerNames(body) {
    return objectsAt(body, 'containerDefinitions').map((container) => textAt(container, 'name') ?? '');
}
/** Names of the containers without which the task stops; `essential` is true unless it says otherwise. */
function essentialContainers(body) {
    return objectsAt(body, 'containerDefinitions')
        .filter((container) => container['essential'] !== false)
        .map((container) => textAt(container, 'name') ?? '');
}
/** The definition of one container, or undefined when there is none of that name. */
function containerOf(body, name) {
    return objectsAt(body, 'containerDefinitions').find((container) => container['name'] === name);
}
/** The environment of a container by name; the last of several values wins, as in a container. */
function environmentOf(container) {
    return new Map(objectsAt(container, 'environment').map((entry) => [
        textAt(entry, 'name') ?? '',
        textAt(entry, 'value') ?? '',
    ]));
}
/** Names that a container takes from Secrets Manager or the parameter store. */
function secretNames(container) {
    return objectsAt(container, 'secrets').map((entry) => textAt(entry, 'name') ?? '');
}
/** Names of the containers that have a health check of their own. */
function containersWithHealthCheck(body) {
    return new Set(objectsAt(body, 'containerDefinitions')
        .filter((container) => isObject(container['healthCheck']))
        .map((container) => textAt(container, 'name') ?? ''));
}
/** `X86_64` or `ARM64`; ECS takes x86 when nothing is said (Amazon ECS API Reference, RuntimePlatform). */
function cpuArchitecture(body) {
    const platform = body['runtimePlatform'];
    return (isObject(platform) ? textAt(platform, 'cpuArchitecture') : undefined) ?? 'X86_64';
}
/**
 * The next revision: the given one without its read-only fields, and with only the named container changed.
 * Everything else is carried as it came, also fields that nobody here has heard of.
 */
function nextRevision(from, change) {
    const { body, dropped } = registerable(from);
    const containers = Array.isArray(body['containerDefinitions']) ? body['containerDefinitions'] : [];
    const containerDefinitions = containers.map((container) => isObject(container) && container['name'] === change.container ? changed(container, change) : container);
    return { body: { ...body, containerDefinitions }, dropped };
}
/** A body without the fields that RegisterTaskDefinition refuses, and the names of those that it had. */
function registerable(from) {
    const dropped = READ_ONLY.filter((field) => from[field] !== undefined);
    const body = Object.fromEntries(Object.entries(from).filter(([field]) => !READ_ONLY.some((readOnly) => readOnly === field)));
    return { body, dropped };
}
function changed(container, { image, environment, healthCheck }) {
    return {
        ...container,
        image,
        environment: withVariables(container['environment'], environment),
        ...(healthCheck ? { healthCheck } : {}),
    };
}
/** Replaces in place, adds at the end: the order of what was there stays. */
function withVariables(entries, variables) {
    const there = Array.isArray(entries) ? entries : [];
    const nameOf = (entry) => (isObject(entry) ? (textAt(entry, 'name') ?? '') : '');
    const names = new Set(there.map(nameOf));
    const added = [...variables].flatMap(([name, value]) => names.has(name) || value === undefined ? [] : [{ name, value }]);
    const kept = there.flatMap((entry) => {
        if (!isObject(entry) || !variables.has(nameOf(entry)))
            return [entry];
        const value = variables.get(nameOf(entry));
        return value === undefined ? [] : [{ ...entry, value }];
    });
    return [...kept, ...added];
}
/** Whether a described body has all that was sent, whatever defaults ECS has added. */
function holds(described, sent) {
    if (Array.isArray(sent)) {
        const items = Array.isArray(described) ? described : [];
        return items.length === sent.length && sent.every((item, index) => holds(items[index], item));
    }
    if (!isObject(sent))
        return described === sent;
    return isObject(described) && Object.entries(sent).every(([name, value]) => holds(described[name], value));
}
/** Whether two bodies would run the same tasks: equal apart from the order of fields. */
function sameDefinition(one, other) {
    return canonicalJson(one) === canonicalJson(other);
}

;// CONCATENATED MODULE: ./lib/adapters/aws/ecs-shapes.js



const ACTION = 'ecs:DescribeServices';
/** The SDK's shape of a service in our words; throws when a field is missing that a verdict rests on. */
function serviceOf(service) {
    const configuration = service.deploymentConfiguration;
    return {
        arn: required(service.serviceArn, ACTION, 'serviceArn'),
        name: required(service.serviceName, ACTION, 'serviceName'),
        clusterArn: service.clusterArn ?? '',
        status: required(service.status, ACTION, 'status'),
        taskDefinition: service.taskDefinition ?? '',
        currentServiceDeployment: service.currentServiceDeployment,
        desiredCount: required(service.desiredCount, ACTION, 'desiredCount'),
        runningCount: required(service.runningCount, ACTION, 'runningCount'),
        pendingCount: service.pendingCount ?? 0,
        controller: service.deploymentController?.type ?? 'ECS',
        strategy: configuration?.strategy ?? 'ROLLING',
        scheduling: service.schedulingStrategy ?? 'REPLICA',
        pauses: (configuration?.lifecycleHooks ?? []).some((hook) => hook.targetType === 'PAUSE'),
        loadBalancers: (service.loadBalancers ?? []).flatMap(({ targetGroupArn, containerName, containerPort }) => targetGroupArn && containerName && containerPort
            ? [{ targetGroupArn, containerName, containerPort }]
            : []),
        deployments: required(service.deployments, ACTION, 'deployments').map(ecs_shapes_deploymentOf),
        events: (service.events ?? []).map(({ id, createdAt, message }) => ({
            id: id ?? '',
            createdAt: createdAt?.getTime() ?? 0,
            message: message ?? '',
        })),
        healthCheckGracePeriod: (service.healthCheckGracePeriodSeconds ?? 0) * 1_000,
        // The defaults of a replica service (Amazon ECS API Reference, DeploymentConfiguration).
        rolling: {
            minimumHealthyPercent: configuration?.minimumHealthyPercent ?? 100,
            maximumPercent: configuration?.maximumPercent ?? 200,
            rollsBack: (configuration?.deploymentCircuitBreaker?.enable &&
                configuration.deploymentCircuitBreaker.rollback) ??
                false,
            bakeTime: (configuration?.bakeTimeInMinutes ?? 0) * 60_000,
        },
    };
}
function ecs_shapes_deploymentOf(deployment) {
    return {
        id: required(deployment.id, ACTION, 'deployments[].id'),
        status: required(deployment.status, ACTION, 'deployments[].status'),
        taskDefinition: required(deployment.taskDefinition, ACTION, 'deployments[].taskDefinition'),
        rolloutState: deployment.rolloutState ?? '',
        rolloutStateReason: deployment.rolloutStateReason ?? '',
        desiredCount: deployment.desiredCount ?? 0,
        runningCount: deployment.runningCount ?? 0,
        pendingCount: deployment.pendingCount ?? 0,
        failedTasks: deployment.failedTasks ?? 0,
        createdAt: deployment.createdAt?.getTime() ?? 0,
    };
}
/** The SDK's shape of a task in our words. */
function taskOf(task) {
    const networkInterface = task.attachments?.find(({ type }) => type === 'ElasticNetworkInterface');
    return {
        arn: required(task.taskArn, 'ecs:DescribeTasks', 'taskArn'),
        taskDefinition: task.taskDefinitionArn ?? '',
        startedBy: task.startedBy ?? '',
        lastStatus: required(task.lastStatus, 'ecs:DescribeTasks', 'lastStatus'),
        desiredStatus: task.desiredStatus ?? '',
        containers: (task.containers ?? []).map(ecs_shapes_containerOf),
        privateIp: networkInterface?.details?.find(({ name }) => name === 'privateIPv4Address')?.value,
        containerInstanceArn: task.containerInstanceArn,
        startedAt: task.startedAt?.getTime(),
        stopCode: task.stopCode,
        stoppedReason: task.stoppedReason,
    };
}
function ecs_shapes_containerOf(container) {
    return {
        name: container.name ?? '',
        image: container.image ?? '',
        imageDigest: container.imageDigest,
        healthStatus: container.healthStatus ?? 'UNKNOWN',
        exitCode: container.exitCode,
        reason: container.reason,
        hostPorts: new Map((container.networkBindings ?? []).flatMap(({ containerPort, hostPort }) => containerPort === undefined || hostPort === undefined ? [] : [[containerPort, hostPort]])),
    };
}
/** Reads a described or registered revision from the raw answer of an API call. */
function taskDefinitionOf(body, action) {
    const answer = parseObject(body) ?? {};
    const definition = isObject(answer['taskDefinition']) ? answer['taskDefinition'] : undefined;
    const found = required(definition, action, 'taskDefinition');
    const revision = found['revision'];
    return {
        arn: required(textAt(found, 'taskDefinitionArn'), action, 'taskDefinitionArn'),
        family: required(textAt(found, 'family'), action, 'family'),
        revision: required(typeof revision === 'number' ? revision : undefined, action, 'revision'),
        status: textAt(found, 'status') ?? 'ACTIVE',
        body: found,
        tags: tagsOf(answer),
    };
}

;// CONCATENATED MODULE: ./lib/adapters/aws/raw-body.js
/** Makes the command send exactly this JSON, signed like any other body. */
function sendRawBody(command, body) {
    command.middlewareStack.add((next) => (args) => {
        if (hasBody(args.request))
            args.request.body = JSON.stringify(body);
        return next(args);
    }, { step: 'serialize', priority: 'low', name: 'rawRequestBody' });
}
/** Keeps the text of the answer; the returned function gives it once the command was sent. */
function captureBody(command) {
    let text = '';
    command.middlewareStack.addRelativeTo((next) => async (args) => {
        const result = await next(args);
        if (hasBody(result.response)) {
            const bytes = await bytesOf(result.response.body);
            text = bytes.toString('utf8');
            result.response.body = bytes;
        }
        return result;
    }, { relation: 'after', toMiddleware: 'deserializerMiddleware', name: 'rawResponseBody' });
    return () => text;
}
function hasBody(message) {
    return typeof message === 'object' && message !== null && 'body' in message;
}
async function bytesOf(body) {
    if (typeof body === 'string' || body instanceof Uint8Array)
        return Buffer.from(body);
    if (!isAsyncIterable(body))
        return Buffer.alloc(0);
    const chunks = [];
    for await (const chunk of body) {
        if (typeof chunk === 'string' || chunk instanceof Uint8Array)
            chunks.push(Buffer.from(chunk));
    }
    return Buffer.concat(chunks);
}
function isAsyncIterable(value) {
    return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

;// CONCATENATED MODULE: ./lib/adapters/aws/ecs-mutations.js



/** The verbs of ECS that change something. */
function mutations(access, load) {
    return {
        async register(body, tags) {
            const { sdk, client } = await load();
            const command = new sdk.RegisterTaskDefinitionCommand({
                family: undefined,
                containerDefinitions: undefined,
            });
            sendRawBody(command, { ...body, ...(tags.size > 0 ? { tags: tagList(tags) } : {}) });
            const answered = captureBody(command);
            await mutate(access, 'ecs:RegisterTaskDefinition', (abortSignal) => client.send(command, { abortSignal }));
            return taskDefinitionOf(answered(), 'ecs:RegisterTaskDefinition');
        },
        async update(cluster, service, taskDefinition, forceNewDeployment) {
            const { sdk, client } = await load();
            const command = new sdk.UpdateServiceCommand({ cluster, service, taskDefinition, forceNewDeployment });
            const answer = await mutate(access, 'ecs:UpdateService', (abortSignal) => client.send(command, { abortSignal }));
            return serviceOf(required(answer.service, 'ecs:UpdateService', 'service'));
        },
        async stop(serviceDeploymentArn) {
            const { sdk, client } = await load();
            const command = new sdk.StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' });
            await mutate(access, 'ecs:StopServiceDeployment', (abortSignal) => client.send(command, { abortSignal }));
        },
        async tag(arn, tags) {
            const { sdk, client } = await load();
            const command = new sdk.TagResourceCommand({ resourceArn: arn, tags: tagList(tags) });
            await mutate(access, 'ecs:TagResource', (abortSignal) => client.send(command, { abortSignal }));
        },
    };
}
function tagList(tags) {
    return [...tags].map(([key, value]) => ({ key, value }));
}

;// CONCATENATED MODULE: ./lib/adapters/aws/ecs.js








/** The adapter for ECS; the SDK's client is loaded on first use. */
function ecs(access) {
    let loaded;
    const load = () => (loaded ??= Promise.all(/* import() */[__nccwpck_require__.e(861), __nccwpck_require__.e(212)]).then(__nccwpck_require__.t.bind(__nccwpck_require__, 212, 19)).then((sdk) => ({
        sdk,
        client: new sdk.ECSClient(clientSettings(access)),
    })));
    return {
        ...reads(access, load),
        ...listings(access, load),
        ...ecs_history_history(access, load),
        ...mutations(access, load),
    };
}
function reads(access, load) {
    return {
        service: (cluster, service) => read(access, 'ecs:DescribeServices', async (abortSignal) => {
            const { sdk, client } = await load();
            const command = new sdk.DescribeServicesCommand({ cluster, services: [service] });
            return foundService(await client.send(command, { abortSignal }));
        }).catch((error) => {
            throw awsErrorName(error) === 'ClusterNotFoundException'
                ? clusterMissing(access, cluster, error)
                : error;
        }),
        taskDefinition: (name) => read(access, 'ecs:DescribeTaskDefinition', async (abortSignal) => {
            const { sdk, client } = await load();
            const command = new sdk.DescribeTaskDefinitionCommand({ taskDefinition: name, include: ['TAGS'] });
            const body = captureBody(command);
            await client.send(command, { abortSignal });
            return taskDefinitionOf(body(), 'ecs:DescribeTaskDefinition');
        }).catch((error) => {
            // "Unable to describe task definition." is how ECS says that there is none.
            if (awsErrorName(error) === 'ClientException')
                return undefined;
            throw error;
        }),
        async instanceIds(cluster, instances) {
            const action = 'ecs:DescribeContainerInstances';
            const { sdk, client } = await load();
            const pairs = await inParts(instances, (part) => read(access, action, async (abortSignal) => {
                const command = new sdk.DescribeContainerInstancesCommand({ cluster, containerInstances: part });
                const answer = await client.send(command, { abortSignal });
                return required(answer.containerInstances, action, 'containerInstances').flatMap(instancePair);
            }));
            return new Map(pairs);
        },
    };
}
function listings(access, load) {
    return {
        async tasks(cluster, service, desiredStatus, known = new Map()) {
            const { sdk, client } = await load();
            const arns = await everyPage(access, 'ecs:ListTasks', async (nextToken, abortSignal) => {
                const command = new sdk.ListTasksCommand({ cluster, serviceName: service, desiredStatus, nextToken });
                const answer = await client.send(command, { abortSignal });
                return { items: required(answer.taskArns, 'ecs:ListTasks', 'taskArns'), nextToken: answer.nextToken };
            });
            const unknown = arns.filter((arn) => !known.has(arn));
            const described = await inParts(unknown, (tasks) => read(access, 'ecs:DescribeTasks', async (abortSignal) => {
                const answer = await client.send(new sdk.DescribeTasksCommand({ cluster, tasks }), { abortSignal });
                return required(answer.tasks, 'ecs:DescribeTasks', 'tasks').map(taskOf);
            }));
            return [...arns.flatMap((arn) => known.get(arn) ?? []), ...described];
        },
    };
}
/** DescribeTasks and DescribeContainerInstances take at most a hundred (Amazon ECS API Reference). */
const DESCRIBE_LIMIT = 100;
async function inParts(arns, describe) {
    const found = [];
    for (let at = 0; at < arns.length; at += DESCRIBE_LIMIT) {
        found.push(...(await describe(arns.slice(at, at + DESCRIBE_LIMIT))));
    }
    return found;
}
function foundService(answer) {
    const [service] = required(answer.services, 'ecs:DescribeServices', 'services');
    if (service)
        return serviceOf(service);
    const failures = answer.failures ?? [];
    // Missing things come as failures with reason MISSING (Amazon ECS, "API failure reasons"); nothing at all is no answer.
    required(failures[0], 'ecs:DescribeServices', 'a service or a failure');
    return undefined;
}
function instancePair({ containerInstanceArn, ec2InstanceId }) {
    return containerInstanceArn && ec2InstanceId ? [[containerInstanceArn, ec2InstanceId]] : [];
}
function clusterMissing({ region }, cluster, cause) {
    return new DeployError('cluster-missing', `There is no cluster ${cluster} in ${region}.`, {
        hint: 'Check the inputs cluster and aws-region.',
        cause,
    });
}

;// CONCATENATED MODULE: ./lib/adapters/aws/elbv2.js



/** The adapter for Elastic Load Balancing; the SDK's client is loaded on first use. */
function balancing(access) {
    let loaded;
    const load = () => (loaded ??= Promise.all(/* import() */[__nccwpck_require__.e(861), __nccwpck_require__.e(586)]).then(__nccwpck_require__.t.bind(__nccwpck_require__, 586, 19)).then((sdk) => ({
        sdk,
        client: new sdk.ElasticLoadBalancingV2Client(clientSettings(access)),
    })));
    return {
        targetHealth: async (arn) => targetHealth(access, await load(), arn),
        timing: async (arn) => timing(access, await load(), arn),
    };
}
async function targetHealth(access, { sdk, client }, arn) {
    const action = 'elasticloadbalancing:DescribeTargetHealth';
    try {
        return await read(access, action, async (abortSignal) => {
            const command = new sdk.DescribeTargetHealthCommand({ TargetGroupArn: arn });
            const { TargetHealthDescriptions } = await client.send(command, { abortSignal });
            return required(TargetHealthDescriptions, action, 'TargetHealthDescriptions').flatMap(targetOf);
        });
    }
    catch (error) {
        if (awsErrorName(error) !== 'TargetGroupNotFoundException')
            throw error;
        throw new DeployError('target-health', `There is no target group ${arn}.`, {
            hint: 'Check the input target-groups and the load balancers of the service.',
            cause: error,
        });
    }
}
async function timing(access, { sdk, client }, arn) {
    const [describing, reading] = [
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetGroupAttributes',
    ];
    const [group, attributes] = await Promise.all([
        read(access, describing, async (abortSignal) => {
            const command = new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [arn] });
            const { TargetGroups } = await client.send(command, { abortSignal });
            return required(TargetGroups?.[0], describing, 'TargetGroups[0]');
        }),
        read(access, reading, async (abortSignal) => {
            const command = new sdk.DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn });
            const { Attributes } = await client.send(command, { abortSignal });
            return required(Attributes, reading, 'Attributes');
        }),
    ]);
    const delay = attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
    return {
        interval: (group.HealthCheckIntervalSeconds ?? 0) * 1_000,
        healthyThreshold: group.HealthyThresholdCount ?? 0,
        drain: (Number(delay) || 0) * 1_000,
    };
}
function targetOf({ Target, TargetHealth: health }) {
    if (Target?.Id === undefined || Target.Port === undefined)
        return [];
    return [
        {
            id: Target.Id,
            port: Target.Port,
            state: health?.State ?? 'unavailable',
            reason: health?.Reason,
            description: health?.Description,
        },
    ];
}

;// CONCATENATED MODULE: ./lib/adapters/aws/logs.js

/** The adapter for CloudWatch Logs; the SDK's client is loaded on first use. */
function logs(access) {
    let client;
    return {
        async lastEvents(group, stream, limit) {
            const sdk = await Promise.all(/* import() */[__nccwpck_require__.e(861), __nccwpck_require__.e(303)]).then(__nccwpck_require__.t.bind(__nccwpck_require__, 303, 19));
            const cloudWatch = (client ??= new sdk.CloudWatchLogsClient(clientSettings(access)));
            return read(access, 'logs:GetLogEvents', async (abortSignal) => {
                const command = new sdk.GetLogEventsCommand({
                    logGroupName: group,
                    logStreamName: stream,
                    startFromHead: false,
                    limit,
                });
                const { events } = await cloudWatch.send(command, { abortSignal });
                return required(events, 'logs:GetLogEvents', 'events').map(({ timestamp, message }) => ({
                    timestamp: timestamp ?? 0,
                    message: message ?? '',
                }));
            });
        },
    };
}

;// CONCATENATED MODULE: ./lib/adapters/aws/sts.js

/** The caller's account and ARN. No permission is needed for it (AWS STS API Reference, GetCallerIdentity). */
async function callerIdentity(access) {
    const { STSClient, GetCallerIdentityCommand } = await Promise.all(/* import() */[__nccwpck_require__.e(861), __nccwpck_require__.e(695)]).then(__nccwpck_require__.t.bind(__nccwpck_require__, 1695, 19));
    const client = new STSClient(clientSettings(access));
    return read(access, 'sts:GetCallerIdentity', async (abortSignal) => {
        const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
        return { account: required(Account, 'sts:GetCallerIdentity', 'Account'), arn: Arn ?? '' };
    });
}

;// CONCATENATED MODULE: ./lib/adapters/aws/aws.js





/** Connects to a region; no client is made and nothing is sent before the first use. */
function connect(world, region) {
    const mutations = [];
    const accessTo = (place) => ({ world, region: place, mutations });
    const access = accessTo(region);
    return {
        region,
        ecs: ecs(access),
        balancing: balancing(access),
        ecr: (place) => ecr(accessTo(place)),
        logs: (place) => logs(accessTo(place)),
        identity: () => callerIdentity(access),
        mutations,
    };
}

;// CONCATENATED MODULE: ./lib/model/poll.js

const GO_ON = { done: false };
/**
 * The one loop that waits: observes, judges, sleeps, until the judge is done or throws, the limit has
 * passed or the signal is aborted (its reason is thrown). An observation is always judged before the limit
 * is looked at, so a limit of zero still asks once. AWS not answering for a while is no verdict: it is asked
 * again until the limit, and its error is thrown only then.
 */
async function poll(wait) {
    const { clock, signal } = wait;
    const end = clock.monotonic() + wait.limit;
    for (;;) {
        signal.throwIfAborted();
        const started = clock.monotonic();
        const observed = await wait.observe().then((observation) => ({ observation }), (error) => ({ error }));
        if ('error' in observed && !isTransient(observed.error))
            throw observed.error;
        const progress = 'error' in observed ? GO_ON : wait.judge(observed.observation);
        if (progress.done)
            return progress.result;
        const next = Math.max(started + wait.interval, clock.monotonic());
        if (next > end)
            throw 'error' in observed ? observed.error : wait.expired(observed.observation);
        await clock.sleep(next - clock.monotonic(), signal);
    }
}

;// CONCATENATED MODULE: ./lib/model/service.js
/*
 * What we observe of a service, in ECS's own words but with what we need always present. The adapters
 * translate; the models judge.
 */
/** The deployment that new tasks come from. */
function primary(service) {
    return service.deployments.find((deployment) => deployment.status === 'PRIMARY');
}
/** Whether ECS is still replacing tasks. Behind a Classic Load Balancer only the number of entries tells. */
function inFlight(service) {
    const current = primary(service);
    if (!current)
        return false;
    return current.rolloutState === ''
        ? service.deployments.length > 1
        : current.rolloutState === 'IN_PROGRESS';
}

;// CONCATENATED MODULE: ./lib/model/rollout.js



/** ECS is eventually consistent (RunTask API reference): milliseconds in which an answer may be of before our deployment. */
const VISIBILITY_GRACE = 60_000;
/**
 * The verdict on a rollout. Complete only if our deployment is PRIMARY and COMPLETED, the service's task
 * definition is ours and as many tasks run as are desired, more than none. Keyed on our deployment's id
 * alone: a service that is merely stable may have been rolled back (amazon-ecs-deploy-task-definition#191).
 */
function judge(service, own, memory) {
    if (!service || service.status !== 'ACTIVE') {
        return failed('service-gone', `The service is ${service?.status ?? 'MISSING'}: somebody deleted it meanwhile.`);
    }
    const ours = service.deployments.find((deployment) => deployment.id === own.id);
    const current = primary(service);
    if (!ours)
        return judgeWithoutOurs(service, own, memory);
    if (ours.rolloutState === 'FAILED')
        return gaveUp(ours.rolloutStateReason, ours.id);
    if (current && current.id !== ours.id)
        return replaced(current, service, own, memory);
    if (service.taskDefinition === own.taskDefinition && isComplete(ours, service))
        return { state: 'complete' };
    if (service.desiredCount === 0)
        return failed('scaled-to-zero', 'Somebody set the desired count to 0 meanwhile.');
    return { state: 'progressing' };
}
function judgeWithoutOurs(service, own, memory) {
    const current = primary(service);
    const recent = memory.unseenFor < VISIBILITY_GRACE;
    if (!current || (!memory.seen && recent))
        return { state: 'progressing' };
    const old = own.before.includes(current.id) && !rollbackOf(current, service, own, memory);
    return old && recent ? { state: 'progressing' } : replaced(current, service, own, memory);
}
/**
 * Another deployment is PRIMARY: an older one because ECS rolled ours back, or a newer one of somebody else. The record
 * of our service deployment says whether a person asked for the rollback.
 */
function replaced(current, service, own, memory) {
    if (/by user/i.test(memory.record?.statusReason ?? ''))
        return { state: 'superseded', by: current };
    const rollback = rollbackOf(current, service, own, memory);
    const restored = current.taskDefinition === own.previous || own.before.includes(current.id);
    if (rollback === undefined && !own.before.includes(current.id))
        return { state: 'superseded', by: current };
    return restored || memory.record
        ? gaveUp(rollback ?? `${current.id} leads again`, own.id)
        : { state: 'superseded', by: current };
}
/**
 * What ECS says of having rolled ours back: in the record, in the reason of the restored deployment while that goes on,
 * or in the events afterwards. Undefined when it says nothing.
 */
function rollbackOf(current, { events }, own, { record }) {
    if (record?.status.startsWith('ROLLBACK'))
        return record.statusReason;
    const told = events.find(({ message }) => message.includes(`(deployment ${own.id}) deployment failed`));
    const goesOn = /rolling back|rolled back/i.test(current.rolloutStateReason);
    return told?.message ?? (goesOn ? current.rolloutStateReason : undefined);
}
function gaveUp(reason, id) {
    const why = redact(reason) || `${id} has failed`;
    return failed(/alarm/i.test(why) ? 'alarm' : 'circuit-breaker', `ECS gave the deployment up: ${why}`);
}
function isComplete(ours, service) {
    const settled = ours.rolloutState === 'COMPLETED' || (ours.rolloutState === '' && service.deployments.length === 1);
    return settled && service.desiredCount > 0 && service.runningCount === service.desiredCount;
}
function failed(code, why) {
    return { state: 'failed', code, why };
}
/** One line on how far the rollout is; equal lines mean that nothing changed. */
function progressLine(service) {
    const tasks = `tasks ${String(service.runningCount)} of ${String(service.desiredCount)} running, ${String(service.pendingCount)} pending`;
    const deployments = service.deployments.map(({ status, taskDefinition, runningCount, rolloutState }) => `${status} ${lastPart(taskDefinition)} ${String(runningCount)} running${rolloutState ? ` ${rolloutState}` : ''}`);
    return [tasks, ...deployments].join(' · ');
}

;// CONCATENATED MODULE: ./lib/model/undo.js

/**
 * The next move of an undo, from what is there now: whatever was asked for before, only the service itself says what
 * came of it. Never against a deployment that is neither ours nor ECS's answer to ours.
 */
function nextMove(service, undoing) {
    if (service?.status !== 'ACTIVE')
        return { kind: 'gone' };
    const leader = primary(service);
    if (!leader)
        return { kind: 'unclear' };
    const { own, before, targets } = undoing;
    const ours = own.id === undefined ? oldestNew(service, undoing) : own.id;
    if (leader.id === ours)
        return { kind: 'ours' };
    const rolledBack = /rolling back|rolled back/i.test(leader.rolloutStateReason);
    if (before.includes(leader.id) && !rolledBack && !leavesTrace(service, ours))
        return { kind: 'as-before' };
    if (targets.includes(leader.taskDefinition))
        return { kind: 'follow' };
    return rolledBack ? { kind: 'wrong-place' } : { kind: 'superseded', by: leader };
}
/** Ours is the first of our revision that was not there before; a later one is somebody else's. */
function oldestNew({ deployments }, { own, before }) {
    return deployments
        .filter(({ id, taskDefinition }) => taskDefinition === own.taskDefinition && !before.includes(id))
        .reverse()
        .sort((one, other) => one.createdAt - other.createdAt)[0]?.id;
}
/**
 * Whether our deployment is to be seen behind the leader, or an event tells that it failed. ECS is eventually consistent:
 * an answer from before our update looks like a service that is back.
 */
function leavesTrace({ deployments, events }, id) {
    if (id === undefined)
        return false;
    const failed = `(deployment ${id}) deployment failed`;
    return deployments.some((one) => one.id === id) || events.some(({ message }) => message.includes(failed));
}

;// CONCATENATED MODULE: ./lib/model/run-tags.js
/*
 * What this action writes on the revisions that it registers, so that a later run knows what an earlier one did,
 * even when that one was lost with its machine.
 */
/** The tags by what they say. */
const TAGS = {
    /** The commit that the image was built from. */
    gitSha: 'deploy-backend:git-sha',
    imageDigest: 'deploy-backend:image-digest',
    /** The run that registered the revision. */
    run: 'deploy-backend:run',
    /** `released` or `rolled-back`; absent while the run has not come to its end. */
    result: 'deploy-backend:result',
};
/** What names this run in a tag: repository, run and attempt. */
function runOf(env) {
    const parts = [env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID'], env['GITHUB_RUN_ATTEMPT']];
    return parts.filter(Boolean).join('/') || 'by hand';
}
/** The run that registered a revision and has not come to its end: it still goes on, or it was lost. */
function unfinishedRun({ tags }) {
    return tags.has(TAGS.result) ? undefined : tags.get(TAGS.run);
}

;// CONCATENATED MODULE: ./lib/model/service-checks.js




/**
 * Whether this action can release to a service at all, each reason with its own error: ACTIVE, the ECS
 * deployment controller with rolling updates, no DAEMON, no pause hooks, more than no task.
 */
function serviceProblems(service) {
    const unsupported = (what) => new DeployError('service-unsupported', `The service ${service.name} ${what}.`, {
        hint: 'This action releases rolling updates of replica services under the ECS deployment controller.',
    });
    if (service.status !== 'ACTIVE') {
        return [
            new DeployError('service-inactive', `The service ${service.name} is ${service.status}, not ACTIVE.`, {
                hint: 'It was deleted: create it again, or check the inputs cluster and service.',
            }),
        ];
    }
    return [
        service.controller === 'ECS'
            ? undefined
            : unsupported(`uses the deployment controller ${service.controller}`),
        service.strategy === 'ROLLING'
            ? undefined
            : unsupported(`uses the deployment strategy ${service.strategy}`),
        service.scheduling === 'REPLICA'
            ? undefined
            : unsupported(`has the scheduling strategy ${service.scheduling}`),
        service.pauses ? unsupported('has a lifecycle hook that pauses its deployments') : undefined,
        service.desiredCount > 0
            ? undefined
            : new DeployError('scaled-to-zero', `The service ${service.name} has a desired count of 0.`, {
                hint: 'Scale it up first: with no task there is nothing that could be proven.',
            }),
    ].filter((problem) => problem !== undefined);
}
/** The error of a release that meets a rollout of somebody else. */
function rolloutInFlight(service) {
    if (!inFlight(service))
        return undefined;
    const current = primary(service);
    const what = current ? `${current.id} of ${lastPart(current.taskDefinition)}` : 'a deployment';
    return new DeployError('rollout-in-flight', `A rollout is in flight: ${what} is not complete.`, {
        hint: 'Let in-flight be wait to let it finish first, or replace to deploy over it.',
    });
}
/** The container that gets the image: the named one, else the only essential one. */
function chooseContainer(body, wanted) {
    const names = containerNames(body);
    if (wanted !== undefined) {
        if (names.includes(wanted))
            return wanted;
        return new DeployError('container-missing', `The task definition has no container ${wanted}; it has ${names.join(', ')}.`, {
            hint: 'Check the input container.',
        });
    }
    const [only, ...others] = essentialContainers(body);
    if (only !== undefined && others.length === 0)
        return only;
    return new DeployError('container-missing', `The task definition has several essential containers: ${names.join(', ')}.`, {
        hint: 'Say with the input container which one gets the image.',
    });
}
/** A variable cannot be both set by us and taken from a secret: ECS refuses such a container. */
function secretProblems(body, container, variables) {
    const definition = containerOf(body, container);
    const secrets = new Set(definition ? secretNames(definition) : []);
    return [...variables]
        .filter((name) => secrets.has(name))
        .map((name) => new DeployError('task-definition-invalid', `The container ${container} takes ${name} from a secret, and the release would set it, too.`, {
        hint: `Rename that secret's variable, or leave ${name} out of environment-variables.`,
    }));
}
/** Fields of a container definition and of a task definition that RegisterTaskDefinition takes (Amazon ECS API Reference). */
const TASK_FIELDS = new Set(('family taskRoleArn executionRoleArn networkMode containerDefinitions volumes placementConstraints requiresCompatibilities ' +
    'cpu memory tags pidMode ipcMode proxyConfiguration inferenceAccelerators ephemeralStorage runtimePlatform enableFaultInjection ' +
    'taskDefinitionArn revision status requiresAttributes compatibilities registeredAt registeredBy deregisteredAt deleteRequestedAt').split(' '));
const CONTAINER_FIELDS = new Set(('name image repositoryCredentials cpu memory memoryReservation links portMappings essential restartPolicy entryPoint command ' +
    'environment environmentFiles mountPoints volumesFrom linuxParameters secrets dependsOn startTimeout stopTimeout versionConsistency ' +
    'hostname user workingDirectory disableNetworking privileged readonlyRootFilesystem dnsServers dnsSearchDomains extraHosts ' +
    'dockerSecurityOptions interactive pseudoTerminal dockerLabels ulimits logConfiguration healthCheck systemControls ' +
    'resourceRequirements firelensConfiguration credentialSpecs').split(' '));
/** Fields of a task definition file that ECS does not know: a typing error there would be lost without a word. */
function unknownFields(body) {
    const containers = Array.isArray(body['containerDefinitions'])
        ? body['containerDefinitions']
        : [];
    return [
        ...Object.keys(body).filter((field) => !TASK_FIELDS.has(field)),
        ...containers.flatMap((container, index) => typeof container === 'object' && container !== null
            ? Object.keys(container)
                .filter((field) => !CONTAINER_FIELDS.has(field))
                .map((field) => `containerDefinitions[${String(index)}].${field}`)
            : []),
    ];
}

;// CONCATENATED MODULE: ./lib/steps/preflight/downgrade.js



/** The commit of a revision: its tag, else what the container is told of itself; of a dirty build the one it differs from. */
function commitOf({ tags, body }, container) {
    const definition = containerOf(body, container);
    const told = tags.get(TAGS.gitSha) ?? (definition && environmentOf(definition).get('GIT_SHA'));
    return /^(?:[0-9a-f]{64}|[0-9a-f]{40})(?=-dirty-|$)/.exec(told?.toLowerCase() ?? '')?.[0];
}
/**
 * Refuses to release a commit whose descendant is live: the re-run of an old workflow, or a slow one that
 * was overtaken. Only proof refuses; what local git and GitHub cannot tell is a warning.
 */
async function refuseDowngrade({ live, next }, allowed, git, github, voice) {
    if (allowed || live === next || next === undefined)
        return;
    if (live === undefined) {
        voice.warn('Which commit is live is not known, so that nothing tells whether this one is older.');
        return;
    }
    const local = await fromGit(next, live, git);
    const relation = local === undefined || local === 'unrelated' ? ((await fromGitHub(next, live, github)) ?? local) : local;
    if (relation === 'behind') {
        throw new DeployError('stale-commit', `The live commit ${live.slice(0, 12)} is newer: it descends from ${next.slice(0, 12)}.`, {
            hint: 'Release the newest commit, or set allow-downgrade to true to go back on purpose.',
        });
    }
    if (relation === 'ahead')
        return;
    voice.warn(WARNINGS[relation ?? 'unknown'](live.slice(0, 12), next.slice(0, 12)));
}
const WARNINGS = {
    diverged: (live, next) => `The live commit ${live} is on another line of history than ${next}.`,
    unrelated: (live, next) => `Whether the live commit ${live} is newer could not be found out: in this checkout it has no common history with ${next}.`,
    unknown: (live) => `Whether the live commit ${live} is newer could not be found out: check out the whole history (fetch-depth: 0), or give github-token.`,
};
async function fromGit(next, live, git) {
    if ((await git.isAncestor(live, next)) === 'yes')
        return 'ahead';
    const behind = await git.isAncestor(next, live);
    if (behind === 'yes')
        return 'behind';
    if (behind === 'missing')
        return 'unrelated';
    return behind === 'no' ? 'diverged' : undefined;
}
async function fromGitHub(next, live, github) {
    try {
        const comparison = await github?.compare(live, next);
        return comparison === 'identical' ? 'ahead' : comparison;
    }
    catch {
        // The API cannot be asked, or does not know a commit: said by the caller as not known.
        return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/model/failure.js



/**
 * Stopped reasons and container reasons as ECS writes them (Amazon ECS Developer Guide, "Stopped tasks error
 * codes" and "CannotPullContainer task errors"); the first rule that fits counts.
 */
const failure_RULES = [
    {
        pattern: /descriptor matching platform|exec format error/i,
        code: 'architecture-mismatch',
        heals: 'never',
        hint: 'Build the image for the architecture of the task definition: see the input platform.',
    },
    {
        pattern: /CannotPullContainerError.*(not found|manifest unknown|does not exist)/is,
        code: 'image-pull',
        heals: 'never',
        hint: 'The image is not in its registry: was it deleted, or expired by a lifecycle policy?',
    },
    {
        pattern: /CannotPull\w*Error|pull access denied/i,
        code: 'image-pull',
        heals: 'hardly',
        hint: 'The execution role must be allowed to pull, and the subnets need a way to the registry.',
    },
    {
        pattern: /ResourceInitializationError|unable to retrieve secret|logging driver|logger args/i,
        code: 'resource-init',
        heals: 'hardly',
        hint: 'Check the secrets, the log group and what the execution role may read.',
    },
    {
        pattern: /failed container health checks/i,
        code: 'container-health',
        heals: 'hardly',
        hint: "Run the container's health check by hand: its command has to be in the image, and the start period long enough.",
    },
    {
        pattern: /failed ELB health checks/i,
        code: 'target-health',
        heals: 'hardly',
        hint: "Check path and port of the target group's health check, the security groups and the grace period.",
    },
    {
        pattern: /capacity|RESOURCE:|insufficient|network interface/i,
        code: 'capacity',
        heals: 'maybe',
        hint: 'There is no room for the tasks: look at the capacity of cluster and subnets.',
    },
    {
        pattern: /CannotStartContainerError|ContainerRuntime\w*Error|DockerTimeoutError|CannotCreateVolumeError|unable to assume the role/i,
        code: 'resource-init',
        heals: 'hardly',
        hint: 'The container could not be started: check its command, volumes and roles.',
    },
];
/** What tells of the platform and not of the release: ECS or a person stopped the task, or it was a spot one. */
const NOT_OURS = /Scaling activity initiated by|stopped by user|Spot|Termination/i;
/** What a stopped task tells; undefined when it was stopped for a reason that says nothing of the release. */
function causeOf(task) {
    const said = [task.stoppedReason, ...task.containers.map(({ reason }) => reason)].filter((text) => text !== undefined);
    const text = said.join('; ');
    if (NOT_OURS.test(`${task.stopCode ?? ''} ${task.stoppedReason ?? ''}`))
        return undefined;
    const rule = failure_RULES.find(({ pattern }) => pattern.test(text));
    if (rule)
        return { ...rule, why: redact(text) };
    return task.stopCode === 'EssentialContainerExited' ? crash(task, text) : undefined;
}
/** An essential container ended by itself, which a service's never should. */
function crash(task, text) {
    const ended = task.containers.find(({ exitCode }) => exitCode !== undefined);
    const how = ended
        ? `Container ${ended.name} ended with exit code ${String(ended.exitCode)}`
        : 'A container ended';
    return {
        code: 'crash-loop',
        why: `${how}${meaningOf(ended?.exitCode, text)}: ${redact(text)}`,
        hint: 'Read the last lines of its log; run the image with the same environment to see it end.',
        heals: 'hardly',
    };
}
/** What exit codes mean by convention (bash(1), "EXIT STATUS"; signal(7)). */
function meaningOf(exitCode, text) {
    if (/OutOfMemory/i.test(text))
        return ' (out of memory)';
    const meanings = new Map([
        [126, 'command cannot be executed'],
        [127, 'command not found'],
        [134, 'aborted'],
        [137, 'killed'],
        [139, 'segmentation fault'],
        [143, 'terminated'],
    ]);
    const meaning = exitCode === undefined ? undefined : meanings.get(exitCode);
    return meaning === undefined ? '' : ` (${meaning})`;
}
/**
 * The cause that no wait will cure: at the first task what never heals, at the second alike what hardly does; once a
 * task was healthy it takes as many as a tenth of the desired count. Undefined while waiting may help.
 */
function hopeless({ stopped, everHealthy, desiredCount }) {
    const causes = stopped.flatMap((task) => causeOf(task) ?? []);
    const enough = everHealthy ? Math.max(2, Math.ceil(desiredCount / 10)) : 2;
    const alike = (cause) => causes.filter(({ code }) => code === cause.code).length;
    return (causes.find(({ heals }) => heals === 'never') ??
        causes.find((cause) => cause.heals === 'hardly' && alike(cause) >= enough));
}
/** The likeliest cause of a rollout that failed anyhow: the one that most tasks tell. */
function likeliest(stopped) {
    const causes = stopped.flatMap((task) => causeOf(task) ?? []);
    const count = (cause) => causes.filter(({ code }) => code === cause.code).length;
    return [...causes].sort((one, other) => count(other) - count(one))[0];
}
/** The cause that service events tell when no task was even started; undefined when they tell none. */
function causeInEvents(events) {
    const told = events.find((message) => /unable to place a task/.test(message));
    const rule = told === undefined ? undefined : failure_RULES.find(({ pattern }) => pattern.test(told));
    return rule && told !== undefined ? { ...rule, why: redact(told) } : undefined;
}
/** Each distinct reason why tasks stopped, the most frequent first, with how many tasks tell it and one of them. */
function distinctReasons(stopped) {
    const tellers = new Map();
    for (const task of stopped) {
        const why = causeOf(task)?.why;
        if (why !== undefined)
            tellers.set(why, [...(tellers.get(why) ?? []), task]);
    }
    return [...tellers]
        .sort(([, some], [, others]) => others.length - some.length)
        .map(([why, tasks]) => {
        const count = tasks.length === 1 ? '1 task' : `${String(tasks.length)} tasks`;
        return `${count} stopped: ${why} (task ${lastPart(tasks[0]?.arn ?? '')})`;
    });
}
/** The error of a release that failed for a cause; the evidence names the reasons of the stopped tasks. `reason` is what led to the look at them. */
function failureFor(cause, stopped, events, reason) {
    return new DeployError(cause.code, cause.why, {
        hint: cause.hint,
        evidence: [...distinctReasons(stopped), ...events],
        cause: reason,
    });
}

;// CONCATENATED MODULE: ./lib/model/target-health.js
/**
 * The targets that tasks should have behind a load balancer: the address of the task's network interface
 * and the container's port, or the EC2 instance and the host port that the container got. Undefined
 * when a running task has not told its address yet.
 */
function expectedTargets(loadBalancer, tasks, instanceIds) {
    const targets = tasks.map((task) => target_health_targetOf(loadBalancer, task, instanceIds));
    const known = targets.filter((target) => target !== undefined);
    return known.length === targets.length
        ? { targetGroupArn: loadBalancer.targetGroupArn, targets: known }
        : undefined;
}
function target_health_targetOf({ containerName, containerPort }, task, instanceIds) {
    if (task.privateIp !== undefined)
        return { id: task.privateIp, port: containerPort };
    const container = task.containers.find(({ name }) => name === containerName);
    const port = container?.hostPorts.get(containerPort);
    const id = task.containerInstanceArn === undefined ? undefined : instanceIds.get(task.containerInstanceArn);
    return id === undefined || port === undefined ? undefined : { id, port };
}
/**
 * Compares what a target group reports with what it should hold. Targets of other tasks, which may drain for
 * minutes, do not count. `Target.NotInUse` means that no listener uses the group or that its zone is
 * not enabled (Elastic Load Balancing, TargetHealth): no wait cures that.
 */
function readTargets({ targets }, reported) {
    const found = targets.map((target) => ({
        target,
        health: reported.find(({ id, port }) => id === target.id && port === target.port),
    }));
    const waiting = found.filter(({ health }) => health?.state !== 'healthy');
    const notInUse = waiting.find(({ health }) => health?.reason === 'Target.NotInUse');
    return {
        healthy: found.length - waiting.length,
        expected: found.length,
        waitingFor: waiting.map(({ target, health }) => targetLine(target, health)),
        hopeless: notInUse && `${targetLine(notInUse.target, notInUse.health)}: the target group serves no traffic`,
    };
}
function targetLine({ id, port }, health) {
    const why = [health?.reason, health?.description].filter((text) => text !== undefined).join(', ');
    return `target ${id}:${String(port)} is ${health?.state ?? 'not registered'}${why ? ` (${why})` : ''}`;
}
/** Containers with a health check of their own (by name) that are not HEALTHY yet. */
function readContainers(tasks, checked) {
    const containers = tasks.flatMap((task) => task.containers.filter(({ name }) => checked.has(name)).map((container) => ({ task, container })));
    const waiting = containers.filter(({ container }) => container.healthStatus !== 'HEALTHY');
    return {
        healthy: containers.length - waiting.length,
        expected: containers.length,
        waitingFor: waiting.map(({ task, container }) => `container ${container.name} of task ${task.arn.slice(task.arn.lastIndexOf('/') + 1)} is ${container.healthStatus}`),
        hopeless: undefined,
    };
}
/** Several readings as one. */
function together(readings) {
    return {
        healthy: readings.reduce((sum, { healthy }) => sum + healthy, 0),
        expected: readings.reduce((sum, { expected }) => sum + expected, 0),
        waitingFor: readings.flatMap(({ waitingFor }) => waitingFor),
        hopeless: readings.find(({ hopeless }) => hopeless !== undefined)?.hopeless,
    };
}

;// CONCATENATED MODULE: ./lib/steps/lead.js




/** Milliseconds between two looks while AWS does not answer, and until that is given up. */
const INTERVAL = 2_000;
const LIMIT = 60_000;
/**
 * Looks whether a deployment that was complete still leads its service: what was proven holds only as long as it does.
 * Throws `superseded` when somebody else's has taken over, and what the verdict says when the service is gone.
 */
async function requireLead({ cluster, service, own }, ecs, world) {
    await poll({
        observe: () => ecs.service(cluster, service.name),
        judge(seen) {
            refuseOther(seen, own);
            return { done: true, result: undefined };
        },
        expired: () => new DeployError('aws-unavailable', 'ECS does not show the service.'),
        interval: INTERVAL,
        limit: LIMIT,
        clock: world.clock,
        signal: world.signal,
    });
}
/** Throws when a look at the service shows that our deployment does not lead any more. */
function refuseOther(seen, own) {
    const verdict = judge(seen, own, { seen: true, unseenFor: 0 });
    if (verdict.state === 'superseded')
        throw superseded(verdict.by.id, verdict.by.taskDefinition);
    if (verdict.state === 'failed')
        throw new DeployError(verdict.code, verdict.why);
}

;// CONCATENATED MODULE: ./lib/steps/health.js






/** Milliseconds between two looks at the targets. */
const health_INTERVAL = 2_000;
/** So many looks in a row have to find everything healthy. */
const CONSECUTIVE = 3;
/**
 * Requires every target of our tasks to be healthy in every target group, and every container with a health
 * check of its own to be HEALTHY, three looks in a row. Returns our tasks.
 */
async function health(check, aws, world, voice) {
    const balancers = chosen(check);
    const containers = containersWithHealthCheck(check.next.body);
    let streak = 0;
    let shown = '';
    const { tasks, reading } = await poll({
        async observe() {
            const [service, look] = await Promise.all([
                aws.ecs.service(check.cluster, check.service.name),
                lookAtHealth(check, aws, world.clock.now()),
            ]);
            return { service, ...look };
        },
        judge(observed) {
            refuseOther(observed.service, check.own);
            const line = `${String(observed.reading.healthy)} of ${String(observed.reading.expected)} healthy`;
            const text = [line, ...observed.reading.waitingFor].join('\n');
            if (text !== shown)
                world.log.quote(text);
            shown = text;
            if (observed.reading.hopeless !== undefined)
                throw unhealthy(observed.reading.hopeless, []);
            const { reading: found, tasks: ours } = observed;
            streak = found.waitingFor.length === 0 && ours.length > 0 ? streak + 1 : 0;
            return streak >= CONSECUTIVE ? { done: true, result: observed } : { done: false };
        },
        expired: (last) => notInTime(last?.reading, check.targetHealthTimeout),
        interval: health_INTERVAL,
        limit: check.targetHealthTimeout,
        clock: world.clock,
        signal: world.signal,
    });
    const summary = summaryOf(balancers, containers, reading, tasks);
    await voice.know({ health: summary });
    voice.note(summary);
    return tasks;
}
/** Milliseconds that a task has to run to count as healthy where nothing says whether it is. */
const PROBATION = 30_000;
/** Reads our running tasks, their targets and their containers' health. `now` is in milliseconds since the epoch. */
async function lookAtHealth(check, { ecs, balancing }, now) {
    const [balancers, containers] = [chosen(check), containersWithHealthCheck(check.next.body)];
    const running = await ecs.tasks(check.cluster, check.service.name, 'RUNNING');
    const tasks = running.filter(({ startedBy }) => startedBy === check.own.id);
    const instances = tasks.flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []);
    const ids = await ecs.instanceIds(check.cluster, [...new Set(instances)]);
    const groups = await Promise.all(balancers.map(async (balancer) => ({
        balancer,
        reported: tasks.length > 0 ? await balancing.targetHealth(balancer.targetGroupArn) : [],
    })));
    const readingOf = (some) => together([
        ...groups.map(({ balancer, reported }) => {
            const expected = expectedTargets(balancer, some, ids);
            return expected ? readTargets(expected, reported) : ADDRESS_UNKNOWN;
        }),
        readContainers(some, containers),
    ]);
    const checked = balancers.length > 0 || containers.size > 0;
    const isHealthy = (task) => task.lastStatus === 'RUNNING' &&
        readingOf([task]).waitingFor.length === 0 &&
        (checked || now - (task.startedAt ?? now) >= PROBATION);
    return { tasks, reading: readingOf(tasks), healthyTasks: tasks.filter(isHealthy).length };
}
const ADDRESS_UNKNOWN = {
    healthy: 0,
    expected: 1,
    waitingFor: ['a task has not told its address yet'],
    hopeless: undefined,
};
function chosen({ service, targetGroups, }) {
    const all = service.loadBalancers;
    return targetGroups.length === 0
        ? all
        : all.filter(({ targetGroupArn }) => targetGroups.includes(targetGroupArn));
}
function summaryOf(balancers, containers, { healthy }, tasks) {
    const of = `${String(tasks.length)} ${tasks.length === 1 ? 'task' : 'tasks'}`;
    if (balancers.length === 0 && containers.size === 0) {
        return `${of} run; neither a load balancer nor a container health check says whether they are healthy`;
    }
    const where = balancers.length === 0
        ? 'no load balancer, container health only'
        : `in ${String(balancers.length)} ${balancers.length === 1 ? 'target group' : 'target groups'}`;
    return `${of}, ${String(healthy)} healthy targets and containers, ${where}`;
}
function notInTime(last, limit) {
    return unhealthy(`Not everything is healthy after ${showDuration(limit)}.`, last?.waitingFor ?? []);
}
/** The error of a release whose targets or containers are not healthy; `waitingFor` names each, the rest is evidence. */
function unhealthy(why, waitingFor, evidence = []) {
    const ofContainers = waitingFor.length > 0 && waitingFor.every((line) => line.startsWith('container '));
    return new DeployError(ofContainers ? 'container-health' : 'target-health', [why, ...waitingFor.slice(0, 3)].join(' '), {
        hint: ofContainers
            ? "Run the container's health check by hand: its command has to be in the image, and the start period long enough."
            : "Check the health check's path and port, the security groups and whether the application listens on 0.0.0.0.",
        evidence: [...waitingFor, ...evidence],
    });
}

;// CONCATENATED MODULE: ./lib/steps/watch.js


/** Milliseconds between two looks while nothing changes. */
const watch_INTERVAL = 10_000;
/**
 * Watches the tasks of our deployment: those that stopped as soon as the counts say that one was lost, because they are the first to
 * know why, minutes before ECS gives a deployment up; those that run and their targets every ten seconds and when others
 * stopped. `urgent` looks at once. What cannot be read leaves what was known; it is no verdict.
 */
function watch(check, aws, { clock }) {
    const stoppedTasks = lookAtStopped(check, aws);
    let stopped = [];
    let running = {
        everHealthy: false,
        waitingFor: [],
        hopelessTarget: undefined,
    };
    let [lookedAtStopped, lookedAtRunning] = [-Infinity, -Infinity];
    let counts = { failed: 0, there: 0 };
    return async (seen, urgent) => {
        const now = countsOf(seen, check.own.id);
        const lost = now.failed > counts.failed || now.there < counts.there;
        counts = now;
        const isDue = (since) => clock.monotonic() - since >= watch_INTERVAL;
        try {
            const before = stopped.length;
            if (urgent || lost || isDue(lookedAtStopped)) {
                stopped = await stoppedTasks();
                lookedAtStopped = clock.monotonic();
            }
            if (stopped.length !== before || isDue(lookedAtRunning)) {
                const { healthyTasks, reading } = await lookAtHealth(check, aws, clock.now());
                const everHealthy = running.everHealthy || healthyTasks > 0;
                running = { everHealthy, waitingFor: reading.waitingFor, hopelessTarget: reading.hopeless };
                lookedAtRunning = clock.monotonic();
            }
        }
        catch (error) {
            if (!(error instanceof DeployError) || error.code === 'cancelled')
                throw error;
        }
        return { ...running, stopped, desiredCount: seen.desiredCount };
    };
}
function countsOf({ deployments }, id) {
    const own = deployments.find((deployment) => deployment.id === id);
    return { failed: own?.failedTasks ?? 0, there: (own?.runningCount ?? 0) + (own?.pendingCount ?? 0) };
}
/** Reads our stopped tasks, each described only until it has ended; those of other deployments once. */
function lookAtStopped({ cluster, service, own, recorded }, { ecs }) {
    const ended = new Map();
    let old;
    return async () => {
        const tasks = await ecs.tasks(cluster, service.name, 'STOPPED', ended);
        old ??= new Set(recorded ? [] : tasks.map(({ arn }) => arn));
        for (const task of tasks) {
            if (task.lastStatus === 'STOPPED' || task.startedBy !== own.id)
                ended.set(task.arn, task);
        }
        return tasks.filter(({ arn, startedBy }) => startedBy === own.id && !old?.has(arn));
    };
}

;// CONCATENATED MODULE: ./lib/steps/wait.js










/** Milliseconds between two looks at the service while it rolls out. */
const wait_INTERVAL = 2_000;
/** Milliseconds of silence after which the log says that the wait goes on. */
const HEARTBEAT = 30_000;
/** Follows our deployment by its id until ECS has completed it; throws when it failed, is gone or takes too long. */
async function wait(wanted, aws, world, voice) {
    const { own, service: before, deploymentTimeout: limit } = wanted;
    const { clock, signal } = world;
    const started = clock.monotonic();
    const tell = teller(world, new Set(before.events.map(({ id }) => id)));
    const observe = observer(wanted, aws, world);
    const service = await poll({
        observe,
        judge(seen) {
            tell(seen, clock.monotonic() - started, limit);
            if (seen.verdict.state === 'complete' && seen.service)
                return { done: true, result: seen.service };
            const failure = failureOf(seen, wanted);
            if (failure)
                throw failure;
            return { done: false };
        },
        expired: (last) => timedOut(last, before, limit),
        interval: wait_INTERVAL,
        limit,
        clock,
        signal,
    });
    voice.note(`${own.id} completed after ${showDuration(clock.monotonic() - started)}, ${String(service.runningCount)} of ${String(service.desiredCount)} tasks run`);
    return service;
}
/** Looks at the service and judges it; at tasks and targets only where these may still tell more. */
function observer({ cluster, recorded, ...check }, aws, world) {
    const { own, service: before } = check;
    const { clock } = world;
    const look = watch({ cluster, recorded, ...check }, aws, world);
    let record;
    let seen = false;
    let lastSeen = clock.monotonic();
    return async () => {
        const service = await aws.ecs.service(cluster, before.name);
        const leads = service !== undefined && primary(service)?.id === own.id;
        if (leads && recorded)
            record = service.currentServiceDeployment;
        if (service?.deployments.some(({ id }) => id === own.id))
            [seen, lastSeen] = [true, clock.monotonic()];
        const verdict = judge(service, own, {
            seen,
            unseenFor: clock.monotonic() - lastSeen,
            record: service && !leads ? await fateOf(record, aws) : undefined,
        });
        const done = verdict.state === 'complete' || verdict.state === 'superseded';
        return {
            service,
            verdict,
            tasks: service && !done ? await look(service, verdict.state === 'failed') : undefined,
        };
    };
}
/** What became of our service deployment, where the policy lets us ask. */
async function fateOf(arn, { ecs }) {
    if (arn === undefined)
        return undefined;
    return ecs.serviceDeployment(arn).catch((error) => {
        if (error instanceof DeployError && error.code !== 'cancelled')
            return undefined;
        throw error;
    });
}
/** Why the wait is over for the worse, or undefined while it may still end well. */
function failureOf({ service, verdict, tasks }, { service: before, failFast }) {
    const events = recentEvents(service, before);
    const stopped = tasks?.stopped ?? [];
    switch (verdict.state) {
        case 'superseded':
            return superseded(verdict.by.id, verdict.by.taskDefinition);
        case 'failed': {
            // That ECS gave up says that tasks failed, but not why: the stopped tasks do.
            const said = new DeployError(verdict.code, verdict.why, {
                hint: HINTS[verdict.code] ?? 'Read the events of the service and its stopped tasks.',
                evidence: events,
            });
            const cause = verdict.code === 'circuit-breaker' ? likeliest(stopped) : undefined;
            return cause ? failureFor(cause, stopped, [verdict.why, ...events], said) : said;
        }
        case 'complete':
        case 'progressing': {
            if (!failFast)
                return undefined;
            const cause = tasks && hopeless(tasks);
            if (cause)
                return failureFor(cause, stopped, events);
            if (tasks?.hopelessTarget === undefined)
                return undefined;
            return new DeployError('target-health', tasks.hopelessTarget, {
                hint: 'Let a listener of the load balancer forward to the target group, in the zones that the tasks run in.',
                evidence: events,
            });
        }
    }
}
const HINTS = {
    alarm: 'Look at the alarms of the deployment configuration: one went off while the release rolled out.',
    'scaled-to-zero': 'Scale the service up again: with no task there is nothing that could be proven.',
    'service-gone': 'Create the service again, then run the job again.',
};
/** Writes a line whenever something changed, each event once and in order, and a sign of life in between. */
function teller({ clock, log }, told) {
    let line = '';
    let spoke = clock.monotonic();
    return ({ service, tasks }, age, limit) => {
        if (!service)
            return;
        const news = service.events.filter(({ id }) => !told.has(id)).reverse();
        const now = progressLine(service);
        if (now !== line)
            log.info(`${showDuration(age)} ${now}`);
        for (const event of news) {
            told.add(event.id);
            log.quote(`${showDuration(clock.now() - event.createdAt)} ago: ${redact(event.message)}`);
        }
        if (now !== line || news.length > 0)
            spoke = clock.monotonic();
        if (clock.monotonic() - spoke >= HEARTBEAT) {
            log.info(`${showDuration(age)} of at most ${showDuration(limit)}: ${silence(service, tasks)}`);
            spoke = clock.monotonic();
        }
        line = now;
    };
}
/** After failed starts ECS waits up to fifteen minutes before the next, and says nothing ("Amazon ECS service throttle logic"). */
function silence({ runningCount, pendingCount, desiredCount }, tasks) {
    const idle = pendingCount === 0 && runningCount < desiredCount;
    return idle && (tasks?.stopped.length ?? 0) > 0
        ? 'nothing new; after tasks that failed to start ECS waits longer and longer before it starts the next'
        : 'nothing new';
}
/** The last events since then, oldest first. */
function recentEvents(service, before) {
    const old = new Set(before.events.map(({ id }) => id));
    const fresh = (service?.events ?? []).filter(({ id }) => !old.has(id));
    return fresh
        .slice(0, 10)
        .map(({ message }) => message)
        .reverse();
}
/** The error of a run whose deployment somebody else's has replaced. */
function superseded(id, taskDefinition) {
    return new DeployError('superseded', `Somebody else started ${id} of ${lastPart(taskDefinition)}: it replaced our deployment.`, {
        hint: 'Nothing was undone. Look who deployed, and run this job again if its commit should be live.',
    });
}
function timedOut(last, before, limit) {
    const events = recentEvents(last?.service, before);
    const stopped = last?.tasks?.stopped ?? [];
    const cause = likeliest(stopped) ?? causeInEvents(events);
    const late = `The rollout is not complete after ${showDuration(limit)}.`;
    if (cause)
        return failureFor(cause, stopped, events);
    const waitingFor = last?.tasks?.waitingFor ?? [];
    if (waitingFor.length > 0)
        return unhealthy(late, waitingFor, events);
    const state = last?.service ? ` Last seen: ${progressLine(last.service)}.` : '';
    return new DeployError('timeout', `${late}${state}`, {
        hint: 'Read the events of the service; raise the limit (deployment-timeout, rollback-timeout) if the service only needs longer.',
        evidence: events,
    });
}

;// CONCATENATED MODULE: ./lib/modes/change.js



/** The post step takes over where a cancel cut the rollback short. */
function interrupted(error) {
    const state = 'The run was cancelled while the service was on its way back; the post step says how it ended.';
    return { kind: 'cancelled', error, state };
}
/** The outcome of an undo that failed or could not be proven, with what a person should do. Never throws. */
async function notRestored(failed, cause, change, ecs) {
    if (failed.code === 'superseded') {
        return failure(withEvidence(failed, { lines: [cause.message], lastWords: undefined }), true);
    }
    const now = await ecs.service(change.place.cluster, change.service.name).catch(() => undefined);
    const undone = reasonCode(failed) !== undefined && now?.taskDefinition === change.own.taskDefinition;
    const named = undone ? ` ECS undid the rollback and restored ${lastPart(change.own.taskDefinition)}.` : '';
    const error = new DeployError(cause.code, `${cause.message}\nThe rollback could not be proven: ${failed.message}${named}`, { hint: adviceFor(failed, change), evidence: [...cause.evidence, ...failed.evidence], cause: failed });
    return { kind: 'rollback-failed', error };
}
/** The code under which ECS gave a deployment up, whatever its tasks tell beside it. */
function reasonCode({ code, cause }) {
    const codes = [code, cause instanceof DeployError ? cause.code : undefined];
    return codes.find((one) => one === 'circuit-breaker' || one === 'alarm');
}
/** Where no revision would help, the failure's own advice does; what still goes on is to be looked at. */
function adviceFor({ code, hint }, change) {
    if (code === 'rollback-unproven')
        return look(change);
    const own = code === 'service-gone' || code === 'scaled-to-zero' ? hint : undefined;
    return own ?? command(change);
}
/** The outcome of a change that is left in place, with the command that a person may run. */
function leftAsIs(error, change) {
    const why = change.fallback ? 'auto-rollback is off' : 'there is no way back';
    const state = `The service was changed and left as it is, because ${why}: a person should look. ${command(change)}`;
    return { kind: error.code === 'cancelled' ? 'cancelled' : 'left-as-is', error, state };
}
/** What a person runs to put the service back. */
function command(change) {
    const { service, fallback } = change;
    if (!fallback)
        return look(change);
    return `Put it back by hand: aws ecs update-service ${placeOf(change)} --service ${service.name} --task-definition ${lastPart(fallback.taskDefinition)}`;
}
/** What a person runs to see how the service is. */
function look(change) {
    return `Look at it: aws ecs describe-services ${placeOf(change)} --services ${change.service.name}`;
}
function placeOf({ place: { region, cluster } }) {
    return `--region ${region} --cluster ${lastPart(cluster)}`;
}
/** The error with what was found beside it; its reasons are known already when it came from the stopped tasks. */
function withEvidence(error, { lines, lastWords }) {
    const known = error.evidence.some((line) => / stopped: /.test(line));
    const more = lines.filter((line) => !known || !/ stopped: /.test(line));
    const message = lastWords === undefined ? error.message : `${error.message}\nIts last words: ${lastWords}`;
    return new DeployError(error.code, message, {
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        evidence: [...error.evidence, ...more],
        cause: error.cause,
    });
}

;// CONCATENATED MODULE: ./lib/model/log-excerpt.js


const log_excerpt_MAX_LINE = 400;
/** Makes an excerpt from events that are already in order of time. */
function logExcerpt(group, messages, show) {
    const counts = { error: 0, warn: 0, info: 0, debug: 0, other: 0 };
    for (const message of messages)
        counts[levelOf(message)]++;
    // Redacted before it is cut: half a secret is no longer recognised.
    return {
        group,
        counts,
        lines: show ? messages.map((message) => cleanLine(redact(message), log_excerpt_MAX_LINE)) : [],
    };
}
/** The level that a line states as a JSON field `level` (text, or a number as pino writes it), or in its first words. */
function levelOf(message) {
    const stated = /"(?:level|severity|lvl)"\s*:\s*"?([a-z]+|\d{2})/i.exec(message)?.[1] ?? firstWord(message);
    return LEVELS.find(([, pattern]) => pattern.test(stated))?.[0] ?? 'other';
}
const LEVELS = [
    ['error', /^(err|error|fatal|critical|crit|alert|emergency|emerg|panic|severe|50|60)$/i],
    ['warn', /^(warn|warning|40)$/i],
    ['info', /^(info|notice|log|30)$/i],
    ['debug', /^(debug|trace|verbose|silly|10|20)$/i],
];
function firstWord(message) {
    return (/\b(fatal|critical|panic|error|warning|warn|info|notice|debug|trace)\b/i.exec(message.slice(0, 80))?.[1] ?? '');
}
/** `3 errors, 1 warning, 46 others`, for one line of the summary. */
function showCounts({ error, warn, info, debug, other }) {
    const many = (count, one, several) => `${String(count)} ${count === 1 ? one : several}`;
    return `${many(error, 'error', 'errors')}, ${many(warn, 'warning', 'warnings')}, ${many(info + debug + other, 'other line', 'other lines')}`;
}

;// CONCATENATED MODULE: ./lib/steps/logs.js




/** So many tasks' streams are read at most. */
const MAX_STREAMS = 10;
/** So many lines of a failed task are evidence. */
const LAST_LINES = 10;
/** Shows the last lines of our tasks. Whatever goes wrong here is a warning: logs never change a verdict. */
async function logs_logs(wanted, aws, world, voice) {
    const source = world.signal.aborted ? 'the run was cancelled' : sourceOf(wanted, aws.region);
    if (typeof source === 'string') {
        voice.skip(source);
        return;
    }
    try {
        await logs_show(wanted, source, aws, world, voice);
    }
    catch (error) {
        voice.warn(`The logs could not be read: ${messageOf(error)}`);
    }
}
async function logs_show(wanted, source, aws, { log }, voice) {
    const { logs: request } = wanted;
    const tasks = wanted.tasks.length > 0 ? wanted.tasks : await ownTasks(wanted, aws);
    if (tasks.length === 0) {
        voice.skip('no task of this release was started');
        return;
    }
    const group = request.group ?? source.group;
    const store = aws.logs(source.region);
    const read = await Promise.allSettled(tasks
        .slice(0, MAX_STREAMS)
        .map((task) => store.lastEvents(group, streamOf(source, wanted.container, task), request.lines)));
    const lost = read.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
    if (lost.length > 0)
        voice.warn(`The logs of ${String(lost.length)} of ${String(read.length)} tasks could not be read: ${lost[0] ?? ''}`);
    const messages = newest(read.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])), request.lines);
    const excerpt = logExcerpt(group, messages, request.excerpt === 'redacted');
    if (excerpt.lines.length > 0)
        log.quote(excerpt.lines.join('\n'));
    await voice.know({ logs: excerpt });
    voice.note(`${showCounts(excerpt.counts)} among the last ${String(messages.length)} in ${group}`);
}
/** The last lines of one task, redacted; none where the inputs or the task definition do not let us show any. */
async function lastLines(wanted, task, aws) {
    const source = sourceOf(wanted, aws.region);
    if (typeof source === 'string' || wanted.logs.excerpt !== 'redacted')
        return [];
    const events = await aws
        .logs(source.region)
        .lastEvents(wanted.logs.group ?? source.group, streamOf(source, wanted.container, task), LAST_LINES);
    return logExcerpt(source.group, events.map(({ message }) => message), true).lines;
}
function streamOf({ prefix }, container, { arn }) {
    return `${prefix}/${container}/${lastPart(arn)}`;
}
/** The tasks of a release that failed: those that run, then those that stopped. */
async function ownTasks({ cluster, service, own }, { ecs }) {
    const found = [
        ...(await ecs.tasks(cluster, service.name, 'RUNNING')),
        ...(await ecs.tasks(cluster, service.name, 'STOPPED')),
    ];
    // A task that never ran has written nothing.
    return found.filter(({ startedBy, startedAt }) => startedBy === own.id && startedAt !== undefined);
}
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
/** Where the container writes its log, or why that cannot be read. Streams are `prefix/container/task id` (Amazon ECS, awslogs). */
function sourceOf({ logs: request, next, container }, region) {
    if (request.excerpt === 'off' || request.lines === 0)
        return 'log-excerpt is off';
    const configuration = containerOf(next.body, container)?.['logConfiguration'];
    if (!isObject(configuration))
        return `container ${container} has no log configuration`;
    const driver = textAt(configuration, 'logDriver') ?? 'none';
    if (driver !== 'awslogs')
        return `the log driver ${driver} is not CloudWatch Logs`;
    const options = isObject(configuration['options']) ? configuration['options'] : {};
    const [group, prefix] = [textAt(options, 'awslogs-group'), textAt(options, 'awslogs-stream-prefix')];
    if (group === undefined || prefix === undefined)
        return `container ${container} names no log group or no stream prefix`;
    return { group, prefix, region: textAt(options, 'awslogs-region') ?? region };
}
function newest(events, count) {
    return [...events]
        .sort((one, other) => one.timestamp - other.timestamp)
        .slice(-count)
        .map(({ message }) => message);
}

;// CONCATENATED MODULE: ./lib/steps/evidence.js



/** Milliseconds: the undo does not wait longer for what may be looked up after it. */
const evidence_LIMIT = 1_000;
/**
 * Gathers what will be gone soon: why tasks stopped, which targets are unhealthy, the last lines of a failed task.
 * Takes a second at most; whatever cannot be had by then is left out.
 */
async function gatherEvidence(subject, aws, world) {
    const lines = [];
    let lastWords;
    const looks = [
        reasonsAndWords(subject, aws).then(({ reasons, words }) => {
            lines.push(...reasons, ...words.map((line) => `log: ${line}`));
            lastWords = words.at(-1);
        }),
        unhealthyTargets(subject, aws, world).then((found) => void lines.push(...found)),
    ];
    // Nothing here may keep the service from being put back.
    const tolerated = looks.map((looking) => looking.catch(() => undefined));
    await Promise.race([Promise.all(tolerated), world.clock.sleep(evidence_LIMIT)]);
    return { lines: [...lines], lastWords };
}
async function reasonsAndWords(subject, aws) {
    const stopped = await aws.ecs.tasks(subject.cluster, subject.service.name, 'STOPPED');
    const ours = stopped.filter(({ startedBy }) => startedBy === subject.own.id);
    const failed = ours.find((task) => causeOf(task) !== undefined);
    const words = failed ? await lastLines(subject, failed, aws) : [];
    return { reasons: distinctReasons(ours), words };
}
/** What only waits to be registered or checked for the first time is no evidence. */
async function unhealthyTargets(subject, aws, { clock }) {
    const { reading } = await lookAtHealth(subject, aws, clock.now());
    return reading.waitingFor.filter((line) => /is (unhealthy|unused|UNHEALTHY)/.test(line));
}

;// CONCATENATED MODULE: ./lib/adapters/aws/stored-image.js



const stored_image_ATTEMPTS = 4;
const TIMEOUT = 20_000;
const MAX_CONFIGURATION = 4 * 1024 * 1024;
/**
 * Reads an image's manifest and configuration. Undefined when there is no such image; throws
 * `image-missing` when what is there is no container image.
 */
async function readImage(world, ecr, repository, id) {
    const stored = await ecr.manifest(repository, id);
    if (!stored)
        return undefined;
    const manifest = parseManifest(stored.body);
    if (!manifest)
        throw unreadable(repository, stored.digest);
    const configuration = await configurationOf(world, ecr, repository, manifest);
    if (!configuration)
        throw unreadable(repository, stored.digest);
    return {
        digest: stored.digest,
        acceptedDigests: acceptedDigests(stored.digest, manifest),
        architectures: architecturesOf(manifest, configuration),
        labels: configuration.labels,
    };
}
/** An image of ECR in the form that the later steps take. */
function asPushed(repository, image, origin) {
    return {
        uri: `${repository.uri}@${image.digest}`,
        repository: repository.uri,
        digest: image.digest,
        acceptedDigests: image.acceptedDigests,
        gitSha: labelledCommit(image.labels),
        buildTime: image.labels[CREATED_LABEL],
        architectures: image.architectures,
        ...origin,
    };
}
/** All images of an index are of one build: its first one speaks for the labels. */
async function configurationOf(world, ecr, repository, manifest) {
    if (manifest.kind === 'image')
        return fetchConfiguration(world, ecr, repository, manifest.config);
    const [first] = manifest.images;
    const stored = first && (await ecr.manifest(repository, { digest: first.digest }));
    const image = stored && parseManifest(stored.body);
    return image?.kind === 'image' ? fetchConfiguration(world, ecr, repository, image.config) : undefined;
}
function architecturesOf(manifest, configuration) {
    const own = configuration.platform.architecture;
    if (manifest.kind === 'image')
        return [own];
    return [...new Set(manifest.images.map(({ platform }) => platform?.architecture ?? own))];
}
/** A configuration is named by the SHA-256 of its bytes, so that what came can be proven. */
async function fetchConfiguration(world, ecr, repository, digest) {
    const { clock, random, signal } = world;
    for (let attempt = 1;; attempt++) {
        try {
            const url = await ecr.layerUrl(repository, digest);
            return parseConfiguration(await fetchBlob(world, url, digest));
        }
        catch (error) {
            signal.throwIfAborted();
            const final = error instanceof DeployError && error.code !== 'aws-unavailable';
            if (final || attempt >= stored_image_ATTEMPTS)
                throw error;
            await clock.sleep(random() * 500 * 2 ** attempt, signal);
        }
    }
}
async function fetchBlob({ http, signal }, url, digest) {
    const request = { method: 'GET', url, timeout: TIMEOUT, maxBytes: MAX_CONFIGURATION, signal };
    const { status, body, truncated } = await http(request).catch((cause) => {
        throw new DeployError('aws-unavailable', 'The configuration of an image could not be fetched from ECR.', {
            cause,
            hint: 'The runner must reach the address that GetDownloadUrlForLayer gives (S3 in the region of the registry).',
        });
    });
    if (status !== 200 || truncated || `sha256:${sha256(body)}` !== digest) {
        const why = status === 200 ? 'other content than asked for' : `HTTP status ${status}`;
        throw new DeployError('aws-unavailable', `The configuration of an image came from ECR with ${why}.`);
    }
    return body;
}
function unreadable(repository, digest) {
    return new DeployError('image-missing', `${repository.uri}@${digest} is not a container image.`, {
        hint: 'It may be an artifact such as a chart or a signature; name the image itself.',
    });
}

;// CONCATENATED MODULE: ./lib/steps/identity.js



const identity_INTERVAL = 2_000;
/** Milliseconds in which tasks of other deployments should be gone. */
const identity_LIMIT = 60_000;
/**
 * Requires that the named container of every task of our deployment runs the released image. Tasks of other
 * deployments that should still run are waited for, then reported. A digest that ECS does not give
 * (older agents on EC2) is not provable.
 */
async function identity_identity(check, ecs, world, voice) {
    const patience = world.clock.monotonic() + identity_LIMIT;
    const { own, foreign } = await poll({
        observe: async () => sorted(await ecs.tasks(check.cluster, check.service.name, 'RUNNING'), check),
        judge(found) {
            refuseOthers(found.own, check);
            // A task that still starts has no digest yet, which is not the same as one that ECS never gives.
            const started = found.own.every(({ lastStatus }) => lastStatus === 'RUNNING');
            const quiet = (started && found.foreign.length === 0) || world.clock.monotonic() >= patience;
            return quiet && found.own.length > 0 ? { done: true, result: found } : { done: false };
        },
        expired: () => noTasks(check),
        interval: identity_INTERVAL,
        limit: identity_LIMIT + 2 * identity_INTERVAL,
        clock: world.clock,
        signal: world.signal,
    });
    const known = check.acceptedDigests.length > 0;
    const unproven = own.filter((task) => !known || identity_digestOf(task, check.container) === undefined);
    const summary = `${String(own.length - unproven.length)} of ${String(own.length)} tasks provably run the image`;
    if (foreign.length > 0 && check.alone)
        throw notAlone(foreign);
    if (foreign.length > 0)
        voice.warn(`Tasks of other deployments still run: ${foreign.map(nameOf).join(', ')}.`);
    if (unproven.length > 0) {
        const why = known ? 'because ECS gives no digest' : 'because the digest to expect is not known';
        voice.warn(`${unproven.map(nameOf).join(', ')}: the image is not provable, ${why}.`);
    }
    await voice.know({ identity: summary });
    voice.note(summary);
}
function sorted(running, { own: { id } }) {
    return {
        own: running.filter(({ startedBy }) => startedBy === id),
        foreign: running.filter(({ startedBy, desiredStatus }) => startedBy !== id && desiredStatus === 'RUNNING'),
    };
}
function nameOf({ arn, startedBy }) {
    return `task ${lastPart(arn)} of ${startedBy}`;
}
function identity_digestOf(task, container) {
    return task.containers.find(({ name }) => name === container)?.imageDigest;
}
function refuseOthers(own, { container, acceptedDigests }) {
    for (const task of own) {
        const digest = identity_digestOf(task, container);
        if (digest !== undefined && acceptedDigests.length > 0 && !acceptedDigests.includes(digest)) {
            throw new DeployError('digest-mismatch', `Task ${lastPart(task.arn)} runs ${digest}, which is not the image of its revision.`, {
                hint: 'Another image than expected was pulled: look at the container of that name in the revision.',
            });
        }
    }
}
function notAlone(foreign) {
    return new DeployError('rollback-unproven', `Tasks of other deployments still run: ${foreign.map(nameOf).join(', ')}.`, { hint: 'Look at the deployments of the service: one of them has not been taken back.' });
}
function noTasks({ own: { id } }) {
    return new DeployError('service-gone', `No task of ${id} is running.`, {
        hint: 'Look at the stopped tasks of the service: each has a reason.',
    });
}

;// CONCATENATED MODULE: ./lib/steps/preflight/find-image.js




/** Opens the repository that a name or URI means; throws `inputs` or `repository-missing`. */
async function openRegistry(aws, text) {
    const address = parseRepository(text);
    const ecr = aws.ecr(address.region ?? aws.region);
    return { ecr, repository: await ecr.repository(address) };
}
/**
 * The image that an earlier run made of this commit and these inputs; undefined when it has to be built.
 * Throws `tag-taken` when the tag holds another image and can never be moved.
 */
async function findImage(world, { ecr, repository }, plan) {
    const found = await orUnreadable(world, readImage(world, ecr, repository, { tag: plan.tag }));
    if (found === undefined)
        return undefined;
    const why = found === 'unreadable' ? 'its labels cannot be read' : difference(found, plan);
    if (why === undefined && found !== 'unreadable') {
        return asPushed(repository, found, { tag: plan.tag, reused: true });
    }
    if (isImmutable(repository.tags, plan.tag)) {
        throw new DeployError('tag-taken', `The tag "${plan.tag}" of ${repository.uri} is immutable and holds another image: ${why ?? 'it differs'}.`, { hint: 'Give another image-tag, or release the image that is there with the input image.' });
    }
    return undefined;
}
/** What makes a stored image another one than this build would be; undefined when it is the same. */
function difference({ labels }, plan) {
    if (plan.dirty)
        return 'a build of changed files is never reused';
    const revision = labels[REVISION_LABEL];
    if (revision !== plan.revision)
        return `it was built from ${revision ?? 'an unknown commit'}`;
    return labels[INPUTS_LABEL] === plan.inputsHash ? undefined : 'it was built with other build inputs';
}
/** Looking for an image to reuse is a convenience: a missing permission costs a build, and is said. */
async function orUnreadable({ log }, reading) {
    return reading.catch((error) => {
        if (!(error instanceof DeployError))
            throw error;
        if (error.code === 'image-missing')
            return 'unreadable';
        if (error.code !== 'access-denied')
            throw error;
        log.warning(`Whether this commit was built before is not known. ${error.message} ${error.hint ?? ''}`);
        return undefined;
    });
}
/**
 * The existing image that the input `image` means: in ECR by tag or digest, elsewhere by digest. Throws
 * `inputs`, `repository-missing` or `image-missing`.
 */
async function resolveImage(world, aws, text) {
    const reference = parseImageReference(text.trim());
    if (reference.tag === undefined && reference.digest === undefined) {
        throw new DeployError('inputs', `The image ${shown(reference)} has neither tag nor digest.`, {
            hint: 'Write name:tag for an image in ECR, or name@sha256:… for any.',
        });
    }
    const registry = await registryFor(aws, reference);
    if (!registry)
        return foreignImage(reference);
    const { tag, digest } = reference;
    const found = await readImage(world, registry.ecr, registry.repository, digest === undefined ? { tag: tag ?? '' } : { digest });
    if (found)
        return asPushed(registry.repository, found, { tag, reused: true });
    // A bare name with a digest may as well mean Docker Hub.
    if (reference.host === undefined && digest !== undefined)
        return foreignImage(reference);
    throw new DeployError('image-missing', `There is no image ${shown(reference)} in ${registry.repository.uri}.`, {
        hint: 'Correct image, or build it: without the input image the action builds the commit.',
    });
}
/** The ECR repository of a reference; undefined when its host, or a bare name, is not of ECR. */
async function registryFor(aws, { host, path }) {
    const name = host === undefined ? path : `${host}/${path}`;
    if (registryOf(host).account !== undefined)
        return openRegistry(aws, name);
    return openRegistry(aws, name).catch((error) => {
        const other = ['inputs', 'repository-missing', 'access-denied'];
        if (error instanceof DeployError && other.includes(error.code))
            return undefined;
        throw error;
    });
}
/** What is in another registry cannot be asked about: it is taken by its digest, and its commit is not known. */
function foreignImage(reference) {
    const { digest, tag } = reference;
    const repository = formatImageReference({ ...reference, tag: undefined, digest: undefined });
    if (digest === undefined) {
        throw new DeployError('inputs', `The image ${shown(reference)} is not in ECR and has no digest.`, {
            hint: 'Write name@sha256:… so that every task runs the same image.',
        });
    }
    return {
        uri: `${repository}@${digest}`,
        repository,
        digest,
        acceptedDigests: [digest],
        gitSha: undefined,
        buildTime: undefined,
        tag,
        architectures: [],
        reused: true,
    };
}
function shown(reference) {
    return `"${formatImageReference(reference)}"`;
}

;// CONCATENATED MODULE: ./lib/checks/version.js



const REQUEST_LIMIT = 10_000;
const MAX_BYTES = 64 * 1_024;
const PAUSE_AFTER_MATCH = 100;
const PAUSE_AFTER_MISS = 1_000;
/**
 * Check 1: the service says which commit it is, several times in a row. A load balancer that still has an old
 * target answers with the old commit now and then, so a single answer proves nothing.
 */
async function version(check, http, clock, signal) {
    const started = clock.monotonic();
    let [attempts, streak, missed] = [0, 0, 0];
    const result = (verdict, detail) => ({
        check: 'version',
        verdict,
        detail,
        attempts,
        durationMs: Math.round(clock.monotonic() - started),
    });
    const end = started + check.timeout;
    for (;;) {
        attempts++;
        const answer = readAnswer(await answerOf(check, http, signal), check);
        streak = answer.matches ? streak + 1 : 0;
        missed += answer.matches ? 0 : 1;
        if (streak >= check.consecutive) {
            return result('pass', `${String(streak)} answers in a row: ${answer.says}${missed > 0 ? `, after ${String(missed)} others` : ''}`);
        }
        const pause = answer.matches ? PAUSE_AFTER_MATCH : PAUSE_AFTER_MISS;
        if (clock.monotonic() + pause > end)
            return result('fail', `expected ${expectation(check)}, last answer: ${answer.says}`);
        await clock.sleep(pause, signal);
    }
}
/** What the service says once: its commit, nothing usable, or why it could not be reached at all. */
async function askVersion(question, http, signal) {
    const answer = await answerOf(question, http, signal);
    if (answer instanceof Error)
        return { unreachable: transportFault(answer) };
    const said = answer.status === 200 ? textAt(parseObject(answer.body) ?? {}, question.field) : undefined;
    return { commit: said !== undefined && isCommit(said, undefined) ? said.toLowerCase() : undefined };
}
async function answerOf({ url }, http, signal) {
    try {
        return await http({ method: 'GET', url: url.href, timeout: REQUEST_LIMIT, maxBytes: MAX_BYTES, signal });
    }
    catch (error) {
        signal.throwIfAborted();
        return error instanceof Error ? error : new Error(String(error));
    }
}
/** Judges one answer: status 200, a JSON object, and in its field a commit that fits the expected one. */
function readAnswer(answer, { field, expected }) {
    const no = (says) => ({ matches: false, says });
    if (answer instanceof Error)
        return no(transportFault(answer));
    if (answer.status !== 200)
        return no(`status ${String(answer.status)}`);
    const body = parseObject(answer.body);
    if (!body)
        return no('status 200, but not a JSON object');
    const said = textAt(body, field);
    if (said === undefined)
        return no(`status 200, but no text in the field ${field}`);
    return {
        matches: isCommit(said, expected),
        says: /^[0-9a-f]{7,64}$/i.test(said) ? `commit ${said.slice(0, 12)}` : `"${cleanLine(said, 20)}"`,
    };
}
/**
 * Whether a text names the expected commit: all of it, or at least seven hexadecimal digits of its beginning.
 * Without an expectation any commit will do; `unknown` and `dev` never are one. A dirty build is only named in full:
 * its commit alone is another build.
 */
function isCommit(said, expected) {
    const [text, wanted] = [said.toLowerCase(), expected?.toLowerCase()];
    if (!/^[0-9a-f]{7,64}(-dirty-[0-9a-f]+)?$/.test(text))
        return false;
    return wanted === undefined || text === wanted || (/^[0-9a-f]+$/.test(wanted) && wanted.startsWith(text));
}
function transportFault(error) {
    if (error.name === 'TimeoutError')
        return `no answer within ${showDuration(REQUEST_LIMIT)}`;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    return `no answer (${cleanLine(code, 60)})`;
}
function expectation({ expected }) {
    return expected === undefined ? 'a commit' : `commit ${expected.slice(0, 12)}`;
}

;// CONCATENATED MODULE: ./lib/steps/smoke.js




/** So many right answers in a row at least; three a task, but no more than a slow service gives in `smoke-timeout`. */
const MIN_ANSWERS = 5;
const MAX_ANSWERS = 30;
/**
 * Asks the live service real questions over HTTP; throws `smoke-failed` when a check fails. Without a
 * request the proof is rollout, health and identity, and the step says so.
 */
async function smoke({ smoke: request, expected, tasks }, world, voice) {
    if (!request) {
        voice.skip('nothing is asked over HTTP: the proof is rollout, health and identity');
        return;
    }
    const check = {
        url: new URL(request.versionPath, request.baseUrl),
        field: 'gitSha',
        expected,
        consecutive: Math.min(Math.max(MIN_ANSWERS, 3 * tasks.length), MAX_ANSWERS),
        timeout: request.timeout,
    };
    const results = [await version(check, world.http, world.clock, world.signal)];
    await voice.know({ smoke: results });
    for (const result of results)
        world.log.quote(line(result));
    const failed = results.filter((result) => !passed(result) && result.verdict !== 'skipped');
    if (failed.length > 0) {
        throw new DeployError('smoke-failed', `${failed.map(({ check: name }) => name).join(', ')} failed: ${failed.map(({ detail }) => detail).join('; ')}.`, {
            hint: 'The service runs, but does not answer as it should: compare what it says with what was released.',
            evidence: failed.map(line),
        });
    }
    voice.note(results.map(({ check: name, detail }) => `${name}: ${detail}`).join('; '));
}
function line({ check, verdict, detail, attempts, durationMs }) {
    return `${check} ${verdict}: ${detail} (${String(attempts)} requests, ${showDuration(durationMs)})`;
}

;// CONCATENATED MODULE: ./lib/steps/prove.js











/**
 * Proves that a service is back: under the same verdict as a release, by revision, targets, digests and the commit that
 * it says. Throws what the first step throws that finds it is not.
 */
async function prove(proof, aws, world, voice) {
    const { own, container, commit } = proof;
    const next = await aws.ecs.taskDefinition(own.taskDefinition);
    if (!next)
        throw new DeployError('rollback-unproven', `${own.taskDefinition} cannot be described.`);
    // Where ECS takes decisions of its own, the wait is for what it comes to.
    const failFast = !proof.service.rolling.rollsBack;
    const subject = { ...proof, next, deploymentTimeout: proof.timeout, failFast };
    const service = await wait(subject, aws, world, voice);
    const tasks = await health({ ...subject, service }, aws, world, voice);
    const acceptedDigests = proof.digest === undefined ? await pinnedDigests(next, container, aws, world) : [proof.digest];
    await identity_identity({ ...subject, service, acceptedDigests, alone: true }, aws.ecs, world, voice);
    if (proof.smoke && commit !== undefined) {
        await smoke({ smoke: proof.smoke, expected: commit, tasks }, world, voice);
    }
    else if (proof.smoke) {
        world.log.info('The version is not asked for: which commit it has to be is not known, or it did not say so before.');
    }
    await requireLead({ ...subject, service }, aws.ecs, world);
}
/** The digests that tasks of a pinned image may report; none when it is not pinned or cannot be looked at. */
async function pinnedDigests({ body }, container, aws, world) {
    const image = textAt(containerOf(body, container) ?? {}, 'image');
    const reference = image === undefined ? undefined : parseImageReference(image);
    if (reference?.digest === undefined)
        return [];
    const { digest } = reference;
    try {
        const registry = await registryFor(aws, reference);
        const stored = registry && (await readImage(world, registry.ecr, registry.repository, { digest }));
        return stored ? stored.acceptedDigests : [digest];
    }
    catch (error) {
        if (!(error instanceof DeployError) || error.code === 'cancelled')
            throw error;
        return [];
    }
}

;// CONCATENATED MODULE: ./lib/adapters/docker-config.js




const PREFIX = 'deploy-backend-docker-';
/** What docker reads from its configuration folder beside config.json: plugins, contexts, builders, TLS, trust. */
const LINKED = new Set(['cli-plugins', 'contexts', 'buildx', 'trust', 'ca.pem', 'cert.pem', 'key.pem']);
/**
 * Makes a private docker configuration: a copy of the user's, with plugins, contexts and builders still in
 * reach, in which the login to `host` is kept in the private file itself.
 */
async function makeDockerConfig({ files, env, log }, host) {
    const theirs = env['DOCKER_CONFIG'] || (0,external_node_path_.join)(env['HOME'] || (0,external_node_os_.homedir)(), '.docker');
    const text = await files.read((0,external_node_path_.join)(theirs, 'config.json'));
    const config = text === undefined ? {} : parseObject(text);
    if (!config)
        log.warning(`${(0,external_node_path_.join)(theirs, 'config.json')} is not JSON; docker is run without it.`);
    const folder = await files.temporaryFolder(PREFIX);
    const own = withOwnLogin(config ?? {}, host);
    await files.write((0,external_node_path_.join)(folder, 'config.json'), JSON.stringify(own, undefined, 2), 0o600);
    const found = await files.list(theirs);
    await Promise.all(found
        .filter((name) => LINKED.has(name))
        .map((name) => files.link((0,external_node_path_.join)(theirs, name), (0,external_node_path_.join)(folder, name))));
    return { folder };
}
/**
 * Removes a configuration that `makeDockerConfig` made, and nothing else: the path may come from a saved state
 * that somebody wrote to. Returns whether it was one of ours.
 */
async function removeDockerConfig({ files, env }, folder) {
    const path = (0,external_node_path_.resolve)(folder);
    if ((0,external_node_path_.dirname)(path) !== temporaryRoot(env) || !(0,external_node_path_.basename)(path).startsWith(PREFIX))
        return false;
    await files.remove(path);
    return true;
}
/**
 * Docker asks the helper of a host first, then the common store; an empty helper means the file itself
 * (docker/cli, cli/config/configfile/file.go, getConfiguredCredentialStore). So our password neither goes into
 * the user's keychain nor is answered from it, and every other login stays where it was.
 */
function withOwnLogin(config, host) {
    const logins = isObject(config['auths']) ? config['auths'] : {};
    const helpers = isObject(config['credHelpers']) ? config['credHelpers'] : {};
    return {
        ...config,
        auths: Object.fromEntries(Object.entries(logins).filter(([name]) => name.replace(/^https?:\/\//, '').split('/', 1)[0] !== host)),
        credHelpers: { ...helpers, [host]: '' },
    };
}
/** Variables that docker, its plugins, its credential helpers and its connection to the daemon read. */
const PASSED = new Set([
    ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'TZ', 'SHELL'],
    ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'FTP_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
    ...['XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'DBUS_SESSION_BUS_ADDRESS', 'SSH_AUTH_SOCK'],
    ...['GNUPGHOME', 'PASSWORD_STORE_DIR', 'SOURCE_DATE_EPOCH', 'NO_COLOR'],
    // By this the runner finds what outlives a killed step, and ends it with the job; a build that goes on would
    // otherwise do so unseen (actions/runner, JobExtension.cs, "Cleaning up orphan processes").
    'RUNNER_TRACKING_ID',
]);
/** The environment for docker: what it needs, and neither inputs nor tokens nor AWS credentials. */
function dockerEnvironment(env, config) {
    const kept = Object.entries(env).filter(([name]) => PASSED.has(name.toUpperCase()) || /^(DOCKER|BUILDX|BUILDKIT|LC)_/.test(name));
    return { ...Object.fromEntries(kept), ...(config ? { DOCKER_CONFIG: config.folder } : {}) };
}

;// CONCATENATED MODULE: ./lib/state.js





/*
 * What main leaves behind for post. It is written before each change, so that a run that is killed has said what
 * it was about to do; and it is distrusted when read, because a line of some log could have forged it.
 */
const DOCKER_CONFIG = 'docker-config';
const INTENT = 'intent';
const DEPLOYMENT = 'deployment';
const UNDO = 'undo';
const TARGET = 'undo-target';
const FINISHED = 'finished';
const REPORTED = 'reported';
/** Of the saved intent: another version is not read. */
const VERSION = 1;
/** Remembers for the post step that a docker configuration with a login has to be removed. */
async function rememberDockerConfig({ runner }, folder) {
    await runner.save(DOCKER_CONFIG, folder);
}
/** Remembers what is about to be done; to be called before it is. Rejects when that cannot be written: then nothing is changed. */
async function rememberIntent({ runner }, intent) {
    await runner.save(INTENT, JSON.stringify({ version: VERSION, ...intent }));
}
/** Remembers the deployment that ECS made. */
async function rememberDeployment(world, id) {
    await note(world, DEPLOYMENT, id);
}
/** Remembers that the undo is about to be asked for, and to which revision where we choose it. */
async function rememberUndo(world, target) {
    await note(world, UNDO, String(world.clock.now()));
    if (target !== undefined)
        await note(world, TARGET, target);
}
/** Remembers that nothing is left to be done for the post step. */
async function rememberEnd(world) {
    await note(world, FINISHED, 'true');
}
/** Remembers that everybody was told how the run ended. */
async function rememberReport(world) {
    await note(world, REPORTED, 'true');
}
/** The service is in motion by now: what cannot be written must not stop anything. */
async function note({ runner, log }, name, value) {
    try {
        await runner.save(name, value);
    }
    catch (error) {
        const why = redact(error instanceof Error ? error.message : String(error));
        log.warning(`The state for the post step cannot be written: ${why}`);
    }
}
/** Whether a run was cut off after everything was proven and before it could say so. */
function endedUntold({ env }) {
    return Boolean(env[`STATE_${FINISHED}`]) && !env[`STATE_${REPORTED}`];
}
/** What is left to be done, or undefined: nothing was changed, the run came to its end, or what was saved is no state of ours. */
function unfinished({ env, clock }) {
    const saved = (name) => env[`STATE_${name}`] || undefined;
    const intent = intentOf(saved(INTENT) ?? '');
    if (!intent || saved(FINISHED) !== undefined)
        return undefined;
    const id = saved(DEPLOYMENT);
    const asked = saved(UNDO);
    return {
        intent,
        deploymentId: id !== undefined && DEPLOYMENT_ID.test(id) ? id : undefined,
        undoAskedAt: asked !== undefined && /^\d{1,15}$/.test(asked) ? Math.min(Number(asked), clock.now()) : undefined,
        undoTarget: revisionAt(saved(TARGET)),
    };
}
const DEPLOYMENT_ID = /^ecs-svc\/\d{1,40}$/;
function intentOf(text) {
    const saved = parseObject(text) ?? {};
    const taskDefinition = revisionAt(saved['taskDefinition']);
    const before = saved['before'];
    if (saved['version'] !== VERSION || taskDefinition === undefined || !Array.isArray(before))
        return undefined;
    const ids = before.filter((id) => typeof id === 'string' && DEPLOYMENT_ID.test(id));
    if (ids.length === 0)
        return undefined;
    const fallback = isObject(saved['fallback']) ? saved['fallback'] : {};
    const previous = revisionAt(fallback['taskDefinition']);
    const [digest, commit] = [textAt(fallback, 'digest'), textAt(fallback, 'commit')];
    return {
        taskDefinition,
        before: ids,
        fallback: previous === undefined
            ? undefined
            : {
                taskDefinition: previous,
                digest: digest !== undefined && isDigest(digest) ? digest : undefined,
                commit: commit !== undefined && /^[0-9a-f]{7,64}(-dirty-[0-9a-f]+)?$/.test(commit) ? commit : undefined,
            },
    };
}
/** The ARN of a revision, or undefined for anything else. */
function revisionAt(value) {
    if (typeof value !== 'string')
        return undefined;
    return parseArn(value)?.service === 'ecs' && familyAndRevision(value) ? value : undefined;
}
/**
 * Removes what a main step left behind that did not come to its end. Only a folder that is ours by name and
 * place is removed.
 */
async function cleanUp(world) {
    const folder = world.env[`STATE_${DOCKER_CONFIG}`];
    if (folder)
        await removeDockerConfig(world, folder);
}

;// CONCATENATED MODULE: ./lib/steps/way-back.js




/**
 * The revision to go back to: the recorded one as it is, or a copy of it. A copy with the image pinned to the digest
 * that was running when the recorded one names it by a tag, which may point elsewhere by now; an equal copy when it is
 * INACTIVE, because a service cannot be pointed at such a one (Amazon ECS API Reference, DeregisterTaskDefinition).
 */
async function wayBack({ container, fallback }, ecs, log) {
    const recorded = await ecs.taskDefinition(fallback.taskDefinition);
    if (!recorded) {
        throw new DeployError('rollback-target-invalid', `${lastPart(fallback.taskDefinition)} cannot be described.`, {
            hint: 'It was deleted: release a revision that is known to be good.',
        });
    }
    const pinned = fallback.digest === undefined ? undefined : pinnedBody(recorded, container, fallback.digest);
    if (pinned === undefined)
        return (await activeRevision(recorded, ecs, log)).arn;
    const copy = await ecs.register(pinned, ownTags(recorded));
    log.info(`${lastPart(recorded.arn)} names its image by a tag: ${lastPart(copy.arn)} is a copy with the digest that was running.`);
    return copy.arn;
}
/** A revision that a service can be pointed to: the given one, or an equal copy of it when it is INACTIVE. */
async function activeRevision(revision, ecs, log) {
    if (revision.status === 'ACTIVE')
        return revision;
    const copy = await ecs.register(registerable(revision.body).body, ownTags(revision));
    log.info(`${lastPart(revision.arn)} is ${revision.status}: ${lastPart(copy.arn)} is an equal copy of it.`);
    return copy;
}
/** The body with the container's image pinned; undefined when it is pinned already. */
function pinnedBody({ body }, container, digest) {
    const image = textAt(containerOf(body, container) ?? {}, 'image');
    if (image === undefined || image.includes('@'))
        return undefined;
    const pinned = `${image.replace(/:[\w.-]+$/, '')}@${digest}`;
    return nextRevision(body, { container, image: pinned, environment: new Map() }).body;
}
function ownTags({ tags }) {
    return new Map([...tags].filter(([key]) => !key.toLowerCase().startsWith('aws:')));
}

;// CONCATENATED MODULE: ./lib/steps/undo.js










/** Milliseconds between two looks until the way back leads, and until that has to be so. */
const undo_INTERVAL = 2_000;
const undo_LIMIT = 3 * 60_000;
/** The same for a run that has been cancelled: the runner kills it after ten seconds (ProcessInvoker.cs). */
const REQUEST_INTERVAL = 500;
const undo_REQUEST_LIMIT = 7_000;
/** Milliseconds by which a service deployment may be older than the deployment that it is of. */
const SAME_MOMENT = 5_000;
/**
 * Asks for the undo, and returns the deployment that brings the service back as soon as it leads. While ours goes on,
 * ECS is asked to stop it and to restore what was there before: that names one deployment, so that it can hit no newer
 * one of somebody else. Where that is not possible or led elsewhere, one UpdateService points the service at the
 * recorded revision. Once it is asked for, aborting `cancel` ends the wait. Throws `superseded` when somebody else's
 * deployment leads, and `service-gone`.
 */
async function askForUndo(undo, ecs, world, cancel) {
    const asking = begin(undo, ecs, world);
    return poll({
        observe: async () => {
            const restoring = await act(asking, await ecs.service(undo.cluster, undo.service));
            if (!restoring && isAsked(asking))
                cancel.throwIfAborted();
            return restoring;
        },
        judge: (restoring) => (restoring ? { done: true, result: restoring } : { done: false }),
        ...limits(world, undo_LIMIT, undo_INTERVAL),
    });
}
/**
 * Asks for the undo and no more, for a run that has seconds left: whoever comes after it follows the undo. Throws what
 * `askForUndo` throws, and when the undo could not be asked for in time.
 */
async function requestUndo(undo, ecs, world) {
    const asking = begin(undo, ecs, world);
    await poll({
        observe: async () => (await act(asking, await ecs.service(undo.cluster, undo.service))) ?? isAsked(asking),
        judge: (asked) => (asked ? { done: true, result: undefined } : { done: false }),
        ...limits(world, undo_REQUEST_LIMIT, REQUEST_INTERVAL),
    });
}
/** Points the service at the recorded revision, because the deployment that ECS has restored runs another image. */
async function deployWayBack(undo, restored, ecs, world) {
    const asking = begin(undo, ecs, world);
    return poll({
        async observe() {
            const service = await ecs.service(undo.cluster, undo.service);
            const wrong = service?.status === 'ACTIVE' && primary(service)?.id === restored;
            if (!wrong)
                return act(asking, service);
            return isRecent(asking, asking.updateAsked) ? undefined : update(asking, service);
        },
        judge: (restoring) => (restoring ? { done: true, result: restoring } : { done: false }),
        ...limits(world, undo_LIMIT, undo_INTERVAL),
    });
}
function limits({ clock, signal }, limit, interval) {
    const expired = () => new DeployError('rollback-unproven', 'No deployment that restores the service is to be seen.', {
        hint: 'Look at the deployments of the service.',
    });
    return { limit, interval, clock, signal, expired };
}
function begin(undo, ecs, world) {
    const { clock } = world;
    const asked = undo.askedAt === undefined ? undefined : clock.monotonic() - (clock.now() - undo.askedAt);
    return {
        undo,
        ecs,
        world,
        ...(asked === undefined ? {} : { stopAsked: asked, updateAsked: asked }),
        ...(undo.chosen === undefined ? {} : { target: undo.chosen }),
    };
}
function isAsked({ stopAsked, updateAsked }) {
    return stopAsked !== undefined || updateAsked !== undefined;
}
/** One look at the service and what it asks for; undefined while ECS has not come round to it. */
async function act(asking, service) {
    const { undo, target = undo.fallback.taskDefinition } = asking;
    const move = nextMove(service, { ...undo, targets: [undo.fallback.taskDefinition, target] });
    if (move.kind === 'gone' || !service)
        throw gone(service);
    const leader = primary(service);
    if (!leader)
        return undefined;
    const found = { deployment: leader, service, byUpdate: false, untouched: false };
    switch (move.kind) {
        case 'superseded':
            throw superseded(move.by.id, move.by.taskDefinition);
        case 'follow':
            return found;
        case 'as-before':
            asking.asBeforeSince ??= asking.world.clock.monotonic();
            if (isRecent(asking, asking.asBeforeSince))
                return undefined;
            return { ...found, untouched: undo.own.id === undefined };
        case 'wrong-place':
            return isRecent(asking, asking.updateAsked) ? undefined : update(asking, service);
        case 'ours':
            return undoOurs(asking, service, found);
        case 'unclear':
            return undefined;
    }
}
async function undoOurs(asking, service, ours) {
    const { undo } = asking;
    const leader = ours.deployment;
    if (isRecent(asking, asking.stopAsked) || isRecent(asking, asking.updateAsked))
        return undefined;
    if (asking.stopped !== undefined && (await isStopping(asking.stopped, asking.ecs)))
        return undefined;
    if (leader.rolloutState === 'IN_PROGRESS' && (await stop(asking, service, leader)))
        return undefined;
    // A new deployment of the same revision has no other state to go back to.
    return undo.own.taskDefinition === undo.fallback.taskDefinition ? ours : update(asking, service);
}
function isRecent({ world: { clock } }, since) {
    return since !== undefined && clock.monotonic() - since < VISIBILITY_GRACE;
}
async function isStopping(arn, ecs) {
    const record = await ecs.serviceDeployment(arn);
    return record !== undefined && /^(ROLLBACK|STOP)_(REQUESTED|IN_PROGRESS)$/.test(record.status);
}
/** Whether ECS took it. Asked once: later an update is the way. */
async function stop(asking, service, leader) {
    const { ecs, world } = asking;
    const arn = service.currentServiceDeployment;
    if (arn === undefined || asking.mayNotStop || asking.stopped !== undefined)
        return false;
    try {
        // What DescribeServices names may still be an older one: stopping that would hit somebody else.
        const record = await ecs.serviceDeployment(arn);
        if (!record || record.createdAt < leader.createdAt - SAME_MOMENT)
            return false;
        await rememberUndo(world);
        asking.stopAsked = world.clock.monotonic();
        await ecs.stop(arn);
        asking.stopped = arn;
        world.log.info('ECS was asked to stop the deployment and to restore what was there before.');
        return true;
    }
    catch (error) {
        if (!(error instanceof DeployError) || !isRefusal(error.cause))
            throw error;
        delete asking.stopAsked;
        if (isTurnedAway(error.cause))
            throw error;
        asking.mayNotStop = true;
        const why = `The deployment is taken back by an update. ${error.message} ${error.hint ?? ''}`.trimEnd();
        if (error.code === 'access-denied')
            world.log.warning(why);
        else
            world.log.info(why);
        return false;
    }
}
/** Sent once, unless ECS turned it away unseen, or a minute shows that it never arrived. */
async function update(asking, service) {
    const { undo, ecs, world } = asking;
    const target = (asking.target ??= await wayBack(undo, ecs, world.log));
    await rememberUndo(world, target);
    asking.updateAsked = world.clock.monotonic();
    const known = new Set(service.deployments.map(({ id }) => id));
    try {
        const after = await ecs.update(undo.cluster, service.name, target, false);
        const made = after.deployments.find(({ id, taskDefinition }) => taskDefinition === target && !known.has(id));
        if (!made)
            throw new DeployError('aws-unavailable', 'UpdateService answered without a new deployment.');
        world.log.info(`${made.id} takes ${service.name} back to ${lastPart(target)}.`);
        return { deployment: made, service, byUpdate: true, untouched: false };
    }
    catch (error) {
        if (error instanceof DeployError && isTurnedAway(error.cause))
            delete asking.updateAsked;
        throw error;
    }
}
function gone(service) {
    return new DeployError('service-gone', `The service is ${service?.status ?? 'MISSING'}: there is nothing to restore.`, { hint: 'Create the service again, then release to it.' });
}

;// CONCATENATED MODULE: ./lib/steps/tag-result.js



/** Marks a revision of ours as proven, unless it is marked already. Best effort: what is denied is a warning. */
async function tagReleased(revision, ecs, voice) {
    if (unfinishedRun(revision) !== undefined)
        await tagResult(revision.arn, 'released', ecs, voice);
}
/** Marks how a run ended for a revision, so that later runs know what to go back to. Best effort. */
async function tagResult(arn, result, ecs, voice) {
    try {
        await ecs.tag(arn, new Map([[TAGS.result, result]]));
    }
    catch (error) {
        if (!(error instanceof DeployError))
            throw error;
        voice.warn(`${lastPart(arn)} could not be tagged as ${result}. ${error.message} ${error.hint ?? ''}`.trimEnd());
    }
}

;// CONCATENATED MODULE: ./lib/modes/undo.js









/**
 * What a failed release comes to: puts the service back and proves it, or says loudly that a person has to look. Of a
 * cancelled run the undo is only asked for; its post step follows it. Never throws.
 */
async function undo(thrown, change, evidence, world, journal) {
    const error = asDeployError(thrown);
    if (error.code === 'superseded')
        return failure(error, true);
    if (!change.autoRollback || !change.fallback)
        return leftAsIs(error, change);
    const { signal } = new AbortController();
    const rescue = { ...world, signal };
    if (isCancelled(world))
        return requested(error, change, rescue, journal);
    const aws = connect(rescue, change.place.region);
    const cause = evidence ? withEvidence(error, await gatherEvidence(evidence, aws, rescue)) : error;
    try {
        const state = await journal.step('rollback', (voice) => restore(change, { world, rescue }, { ...voice, know: () => Promise.resolve() }));
        return { kind: 'rolled-back', error: cause, state };
    }
    catch (failed) {
        const failure = asDeployError(failed);
        return isCancelled(world) ? interrupted(failure) : notRestored(failure, cause, change, aws.ecs);
    }
}
/** Asks for the undo, follows it and proves it; returns the state of the service in a sentence. */
async function restore(change, { world, rescue }, voice) {
    const { fallback, service } = change;
    if (!fallback)
        throw new DeployError('no-fallback', 'There is no way back.');
    const { ecs } = connect(rescue, change.place.region);
    const wish = undoOf(change, fallback);
    let restoring = await askForUndo(wish, ecs, rescue, world.signal);
    try {
        await proveRestored(restoring, change, fallback, world, voice);
    }
    catch (error) {
        if (restoring.byUpdate || !(error instanceof DeployError) || error.code !== 'digest-mismatch')
            throw error;
        world.log.info(`${error.message} The recorded image is deployed instead.`);
        restoring = await deployWayBack(wish, restoring.deployment.id, ecs, rescue);
        await proveRestored(restoring, change, fallback, world, voice);
    }
    const { deployment, untouched } = restoring;
    const live = lastPart(deployment.taskDefinition);
    voice.note(`${live} is live again by ${deployment.id}`);
    if (untouched)
        return `The change never reached ${service.name}: it still runs ${live}, and that is proven.`;
    await tagResults(change, deployment.taskDefinition, fallback, ecs, voice);
    return `${service.name} is back on ${live}, and that is proven.${undo_newest(change, deployment.taskDefinition)}`;
}
/** So that later runs know what to go back to: a copy is as good as what it was made from. */
async function tagResults({ own }, restored, fallback, ecs, voice) {
    if (restored !== own.taskDefinition)
        await tagResult(own.taskDefinition, 'rolled-back', ecs, voice);
    if (restored !== fallback.taskDefinition)
        await tagResult(restored, 'released', ecs, voice);
}
/** Who starts from the newest revision of the family would start from the failed one. */
function undo_newest({ own }, restored) {
    const [failed, back] = [familyAndRevision(own.taskDefinition), familyAndRevision(restored)];
    const isNewest = failed !== undefined && back !== undefined && failed.revision > back.revision;
    return isNewest ? ` ${lastPart(own.taskDefinition)} stays the newest revision of its family.` : '';
}
/** Proves the deployment that brings the service back; without a fallback the digest is the one that its revision names. */
async function proveRestored({ deployment: { id, taskDefinition }, service, byUpdate }, change, expected, world, voice) {
    const undone = change.own.id === undefined ? [] : [change.own.id];
    const before = [...undone, ...change.before].filter((one) => one !== id);
    const own = { id, taskDefinition, previous: change.own.taskDefinition, before };
    const { place, rollbackTimeout: timeout } = change;
    const { digest, commit } = expected;
    const proof = {
        ...change,
        service,
        cluster: place.cluster,
        own,
        recorded: byUpdate,
        timeout,
        digest,
        commit,
    };
    try {
        await prove(proof, connect(world, place.region), world, voice);
    }
    catch (error) {
        const { code, message, hint, evidence, cause } = asDeployError(error);
        if (code === 'superseded')
            throw error;
        throw new DeployError(code, `${id} of ${lastPart(taskDefinition)} was asked for. ${message}`, {
            ...(hint === undefined ? {} : { hint }),
            evidence,
            cause,
        });
    }
}
function undoOf(change, fallback) {
    return { ...change, cluster: change.place.cluster, service: change.service.name, fallback };
}
async function requested(error, change, rescue, journal) {
    const { fallback } = change;
    if (!fallback)
        return leftAsIs(error, change);
    const { ecs } = connect(rescue, change.place.region);
    try {
        await journal.step('rollback', async (voice) => {
            await requestUndo(undoOf(change, fallback), ecs, rescue);
            voice.note('the undo was asked for');
        });
        return {
            kind: 'cancelled',
            error,
            state: `The run was cancelled and the way back to ${lastPart(fallback.taskDefinition)} was asked for; the post step says how it ended.`,
        };
    }
    catch (failed) {
        const why = asDeployError(failed);
        if (why.code === 'superseded')
            return failure(why, true);
        return {
            kind: 'cancelled',
            error,
            state: `The run was cancelled and the undo could not be asked for yet (${why.message}); the post step tries again.`,
        };
    }
}
function isCancelled({ signal }) {
    return signal.aborted;
}

;// CONCATENATED MODULE: ./lib/modes/recover.js














/** Milliseconds for all of it: after a cancel GitHub ends the job within five minutes ("Workflow cancellation reference"). */
const BUDGET = 4 * 60_000;
/** Milliseconds between two looks for a deployment that is not to be seen yet. */
const recover_INTERVAL = 2_000;
/**
 * Finishes what a run that was cancelled or killed has left behind: undoes its release, or follows its rollback, and
 * proves how it ended. What was saved is only a hint: AWS is read again, and nothing is touched unless the service still
 * runs a revision of this very run. Undefined when there is nothing to do. Never throws.
 */
async function recover(saved, inputs, world, journal) {
    const [budget, done] = [new AbortController(), new AbortController()];
    void world.clock.sleep(BUDGET, done.signal).then(() => budget.abort(new DeployError('rollback-unproven', 'It was not proven within four minutes.')), () => undefined);
    try {
        return await recoverWithin(saved, inputs, { ...world, signal: budget.signal }, journal);
    }
    finally {
        done.abort();
    }
}
async function recoverWithin(saved, inputs, world, journal) {
    const cause = new DeployError('cancelled', 'The run ended before its work was proven.');
    const aws = connect(world, inputs.place.region);
    try {
        const found = await changeOf(saved, inputs, aws, world);
        if (typeof found === 'string') {
            world.log.warning(`What a run left behind that was cut off is not undone: ${found}.`);
            return undefined;
        }
        const { change, revision } = found;
        const back = inputs.mode === 'release' || change.askedAt !== undefined;
        if (!back)
            return await follow(change, revision, world, journal);
        if (!inputs.autoRollback || !change.fallback)
            return isOurs(change) ? leftAsIs(cause, change) : undefined;
        const outcome = await takeBack(change, cause, aws.ecs, world, journal);
        return inputs.mode === 'rollback' ? asFailedRollback(outcome, cause) : outcome;
    }
    catch (error) {
        const { code, message } = asDeployError(error);
        const service = { name: lastPart(inputs.place.service) };
        const why = `What the run left behind could not be looked at: ${message}`;
        return {
            kind: 'rollback-failed',
            error: new DeployError(code, why, { hint: look({ ...inputs, service }) }),
        };
    }
}
async function takeBack(change, cause, ecs, world, journal) {
    try {
        const state = await journal.step('rollback', (voice) => restore(change, { world, rescue: world }, voice));
        return { kind: 'rolled-back', state };
    }
    catch (error) {
        return notRestored(asDeployError(error), cause, change, ecs);
    }
}
/** Back where the rollback had started, because its target had failed. */
function asFailedRollback(outcome, error) {
    if (outcome.kind !== 'rolled-back')
        return outcome;
    return { kind: 'rollback-failed', error, state: `The rollback failed. ${outcome.state ?? ''}`.trimEnd() };
}
function isOurs(change) {
    return nextMove(change.service, { ...change, targets: [] }).kind === 'ours';
}
/** A rollback is not undone: it leads to a revision that was good before. */
async function follow(change, revision, world, journal) {
    const { place, service, container } = change;
    const target = lastPart(revision.arn);
    try {
        return await journal.step('rollback', async (voice) => {
            const restoring = await leading(change, world);
            if (!restoring) {
                const error = new DeployError('cancelled', 'The run ended before its rollback began.');
                return { kind: 'failed', error };
            }
            const expected = { digest: undefined, commit: commitOf(revision, container) };
            await proveRestored(restoring, change, expected, world, voice);
            voice.note(`${target} is live by ${restoring.deployment.id}`);
            return { kind: 'rolled-back', state: `${service.name} is back on ${target}, and that is proven.` };
        });
    }
    catch (error) {
        const why = asDeployError(error);
        if (why.code === 'superseded')
            return { kind: 'superseded', error: why };
        const message = `The rollback of ${service.name} in ${lastPart(place.cluster)} to ${target} could not be proven: ${why.message}`;
        const unproven = new DeployError(why.code, message, { hint: look(change), evidence: why.evidence });
        return { kind: 'rollback-failed', error: unproven };
    }
}
/** Our deployment, as soon as it is to be seen to lead; undefined when it never came to be. */
async function leading(change, { clock, signal, ...world }) {
    const { ecs } = connect({ ...world, clock, signal }, change.place.region);
    const began = clock.monotonic();
    return poll({
        observe: () => ecs.service(change.place.cluster, change.service.name),
        judge(service) {
            const move = nextMove(service, { ...change, targets: [] });
            const deployment = service && primary(service);
            if (!service || !deployment || move.kind === 'gone')
                throw new DeployError('service-gone', 'The service is gone.');
            if (move.kind === 'superseded')
                throw superseded(move.by.id, move.by.taskDefinition);
            if (move.kind === 'wrong-place')
                throw new DeployError('circuit-breaker', deployment.rolloutStateReason);
            const found = { deployment, service, byUpdate: true, untouched: false };
            if (move.kind === 'ours')
                return { done: true, result: found };
            const waited = clock.monotonic() - began >= VISIBILITY_GRACE;
            return waited ? { done: true, result: undefined } : { done: false };
        },
        expired: () => new DeployError('rollback-unproven', 'Its deployment is not to be seen.'),
        interval: recover_INTERVAL,
        limit: 2 * VISIBILITY_GRACE,
        clock,
        signal,
    });
}
/** The change that was saved, as AWS shows it now; a text when it is none of this run. */
async function changeOf({ intent, deploymentId, undoAskedAt, undoTarget }, inputs, aws, { env }) {
    const { place } = inputs;
    const [service, revision] = await Promise.all([
        aws.ecs.service(place.cluster, place.service),
        aws.ecs.taskDefinition(intent.taskDefinition),
    ]);
    if (!service)
        return 'there is no such service';
    if (!revision)
        return `${lastPart(intent.taskDefinition)} cannot be described`;
    const ways = [intent.fallback?.taskDefinition, undoTarget];
    const doubt = doubtOf(revision, ways, service, inputs.mode, runOf(env));
    if (doubt !== undefined)
        return doubt;
    const container = chooseContainer(revision.body, place.container);
    if (container instanceof DeployError)
        return container.message;
    const own = { id: deploymentId, taskDefinition: revision.arn };
    const { fallback, before } = intent;
    const undo = { askedAt: undoAskedAt, chosen: undoTarget };
    return { change: { ...inputs, service, container, own, before, fallback, ...undo }, revision };
}
/** Why what was saved cannot be of this run, whoever wrote it; undefined when nothing speaks against it. */
function doubtOf({ family, tags }, ways, service, mode, run) {
    if (familyAndRevision(service.taskDefinition)?.family !== family)
        return 'what was saved is of another family';
    if (ways.some((way) => way !== undefined && familyAndRevision(way)?.family !== family))
        return 'the saved way back is of another family';
    const owner = tags.get(TAGS.run);
    return mode === 'release' && owner !== undefined && owner !== run
        ? `its revision is of ${owner}`
        : undefined;
}

;// CONCATENATED MODULE: ./lib/steps/baseline.js


/** Milliseconds between two tries to reach the service. */
const PAUSE = 1_000;
const TRIES = 3;
/**
 * Asks the live service which commit it runs, so that a rollback knows what has to come back. Returns the way back
 * with the commit that it will have to say; none when it does not even say that now. Throws `base-url-unreachable`
 * when the runner gets no answer at all: it could never prove a release.
 */
async function baseline({ smoke, live, fallback }, world, voice) {
    if (!smoke) {
        voice.skip('smoke is false: nothing is asked over HTTP');
        return fallback && { ...fallback, commit: undefined };
    }
    const says = await reach(smoke, world);
    voice.note(says === undefined ? 'the live service does not say its commit' : `the live service runs ${says}`);
    if (!fallback)
        return undefined;
    return { ...fallback, commit: says === undefined ? undefined : expected(fallback, live, says) };
}
/** What the version check may expect after a rollback: the revision's own commit, unless that is not what it says now. */
function expected({ taskDefinition, commit }, live, says) {
    if (taskDefinition !== live.arn)
        return commit;
    return commit === undefined || isCommit(says, commit) ? (commit ?? says) : undefined;
}
/** The commit that the live service says, if any; throws `base-url-unreachable` when there is no answer at all. */
async function reach({ baseUrl, versionPath }, world) {
    const url = new URL(versionPath, baseUrl);
    for (let tries = 1;; tries++) {
        const answer = await askVersion({ url, field: 'gitSha' }, world.http, world.signal);
        if (!('unreachable' in answer))
            return answer.commit;
        if (tries >= TRIES) {
            throw new DeployError('base-url-unreachable', `${baseUrl.origin} cannot be reached: ${answer.unreachable}.`, {
                hint: 'Check base-url, and that this runner may reach it: the release could not be proven otherwise.',
            });
        }
        await world.clock.sleep(PAUSE, world.signal);
    }
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
;// CONCATENATED MODULE: ./lib/adapters/buildx.js





const RELEASES = 'https://github.com/docker/buildx/releases/download';
const PLUGIN = 'docker-buildx';
const TOOL = 'buildx';
/**
 * Installs buildx into a private docker configuration, from the runner's tool cache or from its release page,
 * whose checksum file it must match. Throws `docker-unavailable` when it cannot be had or is not what it should be.
 *
 * DEPLOY_BACKEND_BUILDX_URL names another place with the same files: a mirror, for runners that do not reach
 * github.com, as on GitHub Enterprise Server.
 */
async function installBuildx({ env, log }, wanted, config, machine = process) {
    const releases = (env['DEPLOY_BACKEND_BUILDX_URL'] || RELEASES).replace(/\/+$/, '');
    const binary = (await cached(wanted)) ?? (await download(wanted, releases, config, machine));
    const plugins = await ownPlugins(config);
    const target = (0,external_node_path_.join)(plugins, PLUGIN);
    await (0,promises_.rm)(target, { force: true });
    await (0,promises_.copyFile)(binary, target);
    await (0,promises_.chmod)(target, 0o755);
    log.info(`buildx ${wanted.version} is used for this build.`);
}
/** The runner's tool cache exists on runners only; a pinned binary is checked in there too. */
async function cached({ version, sha256 }) {
    if (!process.env['RUNNER_TOOL_CACHE'])
        return undefined;
    const { find } = await Promise.all(/* import() */[__nccwpck_require__.e(119), __nccwpck_require__.e(955), __nccwpck_require__.e(58), __nccwpck_require__.e(805)]).then(__nccwpck_require__.bind(__nccwpck_require__, 9805));
    const folder = find(TOOL, version);
    if (folder === '')
        return undefined;
    const binary = (0,external_node_path_.join)(folder, PLUGIN);
    return sha256 === undefined || (await hashOf(binary)) === sha256 ? binary : undefined;
}
async function download(wanted, releases, config, machine) {
    const { version, sha256 } = wanted;
    const file = `buildx-${version}.${releaseName(machine)}`;
    const folder = `${releases}/${version}`;
    // The tool cache refuses to write over what an earlier attempt left.
    const here = await (0,promises_.mkdtemp)((0,external_node_path_.join)(config.folder, 'download-'));
    const binary = await fetchFile(`${folder}/${file}`, (0,external_node_path_.join)(here, file));
    const list = await fetchFile(`${folder}/checksums.txt`, (0,external_node_path_.join)(here, 'checksums.txt'));
    const published = checksumOf(await (0,promises_.readFile)(list, 'utf8'), file);
    const found = await hashOf(binary);
    if (found !== published) {
        throw refused(wanted, `the release says SHA-256 ${published ?? 'nothing'}, the file has ${found}`);
    }
    if (sha256 !== undefined && found !== sha256) {
        throw refused(wanted, `buildx-version pins SHA-256 ${sha256}, the file has ${found}`);
    }
    if (!process.env['RUNNER_TOOL_CACHE'])
        return binary;
    const { cacheFile } = await Promise.all(/* import() */[__nccwpck_require__.e(119), __nccwpck_require__.e(955), __nccwpck_require__.e(58), __nccwpck_require__.e(805)]).then(__nccwpck_require__.bind(__nccwpck_require__, 9805));
    return (0,external_node_path_.join)(await cacheFile(binary, PLUGIN, TOOL, version), PLUGIN);
}
async function fetchFile(url, to) {
    const { downloadTool, HTTPError } = await Promise.all(/* import() */[__nccwpck_require__.e(119), __nccwpck_require__.e(955), __nccwpck_require__.e(58), __nccwpck_require__.e(805)]).then(__nccwpck_require__.bind(__nccwpck_require__, 9805));
    try {
        return await downloadTool(url, to);
    }
    catch (cause) {
        const status = cause instanceof HTTPError ? cause.httpStatusCode : undefined;
        const said = status === undefined ? 'it cannot be reached' : `HTTP status ${status}`;
        throw new DeployError('docker-unavailable', `buildx could not be fetched from ${url}: ${said}.`, {
            cause,
            hint: status === 404
                ? 'buildx has no such release, or none for this machine: correct buildx-version.'
                : 'Let the runner reach that address, or set DEPLOY_BACKEND_BUILDX_URL to a mirror of the release page.',
        });
    }
}
/** Names as the release page has them: `linux-amd64`, `darwin-arm64`, `linux-arm-v7`. */
function releaseName({ platform, arch }) {
    const names = { x64: 'amd64', arm: 'arm-v7', ppc64: 'ppc64le' };
    return `${platform}-${names[arch] ?? arch}`;
}
/** A line of checksums.txt: the digest, a space, a star or a space, the name of the file. */
function checksumOf(list, file) {
    const lines = list.split('\n').map((line) => /^([0-9a-f]{64}) [ *](.+?)\s*$/.exec(line));
    return lines.find((match) => match?.[2] === file)?.[1];
}
async function hashOf(path) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for await (const chunk of (0,external_node_fs_.createReadStream)(path))
        hash.update(chunk);
    return hash.digest('hex');
}
function refused({ version }, why) {
    return new DeployError('docker-unavailable', `buildx ${version} is not used: ${why}.`, {
        hint: 'The download was damaged or replaced: compare with the checksums.txt of the release before you go on.',
    });
}
/**
 * A folder for plugins that is ours to write to. Where the user has plugins, the folder is a link to theirs: it
 * becomes a folder of links to each of them.
 */
async function ownPlugins({ folder }) {
    const plugins = (0,external_node_path_.join)(folder, 'cli-plugins');
    const status = await (0,promises_.lstat)(plugins).catch(() => undefined);
    if (!status?.isSymbolicLink()) {
        await (0,promises_.mkdir)(plugins, { recursive: true });
        return plugins;
    }
    const theirs = (0,external_node_path_.resolve)(folder, await (0,promises_.readlink)(plugins));
    await (0,promises_.rm)(plugins);
    await (0,promises_.mkdir)(plugins);
    for (const name of await (0,promises_.readdir)(theirs))
        await (0,promises_.symlink)((0,external_node_path_.join)(theirs, name), (0,external_node_path_.join)(plugins, name));
    return plugins;
}

;// CONCATENATED MODULE: ./lib/model/build-command.js


/**
 * The one `docker build` command line, which buildx, the BuildKit of engine 20.10 and the classic builder
 * understand alike. Throws `inputs` naming each option that this machine's builder does not have.
 *
 * Attestations are switched off by buildx's own variable rather than by `--provenance=false`, which the other
 * builders refuse; they would repeat build arguments in the registry. Who sets the variable gets them.
 */
function buildCommand(inputs, subject, builder, env) {
    const problem = builderProblem(inputs, builder);
    if (problem)
        throw problem;
    const given = resolveBuildArgs(inputs.buildArgs, env);
    const labels = {
        [REVISION_LABEL]: subject.revision,
        [CREATED_LABEL]: subject.buildTime,
        ...(subject.source === undefined ? {} : { [SOURCE_LABEL]: subject.source }),
        [VERSION_LABEL]: subject.version,
        [INPUTS_LABEL]: subject.inputsHash,
    };
    const args = [
        ...['build', '--file', inputs.dockerfile, '--tag', subject.reference, '--platform', inputs.platform],
        ...(inputs.target === undefined ? [] : ['--target', inputs.target]),
        ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
        ...['--build-arg', `GIT_SHA=${subject.revision}`, '--build-arg', `BUILD_TIME=${subject.buildTime}`],
        ...given.flatMap(({ name, value, inherited }) => ['--build-arg', inherited ? name : `${name}=${value}`]),
        ...inputs.secrets.flatMap((secret) => ['--secret', secret]),
        ...inputs.cacheFrom.flatMap((from) => ['--cache-from', from]),
        ...inputs.cacheTo.flatMap((to) => ['--cache-to', to]),
        ...(leavesNothing(builder) ? ['--load'] : []),
        ...['--', inputs.context],
    ];
    const inherited = given.flatMap(({ name, value, inherited }) => inherited ? [[name, value]] : []);
    return {
        args,
        env: {
            ...Object.fromEntries(inherited),
            ...secretVariables(inputs, env),
            ...cacheVariables(inputs, env),
            ...builderVariables(builder, env),
        },
        secrets: given.flatMap(({ name, value }) => (looksSecret(name) && value.length >= 6 ? [value] : [])),
    };
}
/** The command line for people: values of build arguments are left out, since some people put tokens there. */
function shownCommand(args) {
    return args
        .map((arg, index) => args[index - 1] === '--build-arg' ? arg.replace(/^(?!GIT_SHA=|BUILD_TIME=)([^=]+)=.*$/s, '$1=…') : arg)
        .map((arg) => (/^[\w@%+=:,./…-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`))
        .join(' ');
}
/** Builders outside the engine keep the result to themselves unless asked to load it, and then it cannot be pushed. */
function leavesNothing({ kind, driver }) {
    return kind === 'buildx' && driver !== undefined && driver !== 'docker';
}
/** The error of a build that this machine's builder cannot make, or undefined: `inputs`, naming each option. */
function builderProblem(inputs, { kind }) {
    const special = (lines) => lines.some((line) => /(^|,)type=/.test(line));
    const needs = [
        { name: 'build-secrets', used: inputs.secrets.length > 0, missing: kind === 'classic' },
        {
            name: 'cache-from',
            used: inputs.cacheFrom.length > 0,
            missing: kind === 'classic' || (kind === 'buildkit' && special(inputs.cacheFrom)),
        },
        { name: 'cache-to', used: inputs.cacheTo.length > 0, missing: kind !== 'buildx' },
    ].filter(({ used, missing }) => used && missing);
    if (needs.length === 0)
        return undefined;
    const names = needs.map(({ name }) => name).join(', ');
    return new DeployError('inputs', `This machine's docker cannot build with ${names}: it has no ${kind === 'classic' ? 'BuildKit' : 'buildx'}.`, {
        hint: 'Set buildx-version to install buildx, run docker/setup-buildx-action before, or remove these inputs.',
    });
}
function secretVariables(inputs, env) {
    const names = inputs.secrets.flatMap((line) => parseBuildSecret(line).env ?? []);
    return pick(env, names);
}
/** GitHub's cache backend is reached with the job's cache token, which nothing else that docker does may see. */
function cacheVariables(inputs, env) {
    const used = [...inputs.cacheFrom, ...inputs.cacheTo].some((line) => /(^|,)type=gha(,|$)/.test(line));
    const names = [
        'ACTIONS_RUNTIME_TOKEN',
        'ACTIONS_CACHE_URL',
        'ACTIONS_RESULTS_URL',
        'ACTIONS_CACHE_SERVICE_V2',
    ];
    return used ? pick(env, names) : {};
}
/**
 * Docker 23 and later send `docker build` to buildx's default builder, whatever `docker buildx use` chose,
 * unless BUILDX_BUILDER names one (docker/cli, cmd/docker/builder.go).
 */
function builderVariables({ kind, name }, env) {
    if (kind === 'buildkit')
        return { DOCKER_BUILDKIT: '1' };
    if (kind === 'classic')
        return {};
    return {
        BUILDX_NO_DEFAULT_ATTESTATIONS: env['BUILDX_NO_DEFAULT_ATTESTATIONS'] ?? '1',
        ...(name === undefined ? {} : { BUILDX_BUILDER: name }),
    };
}
function pick(env, names) {
    return Object.fromEntries(names.flatMap((name) => {
        const value = env[name];
        return value === undefined ? [] : [[name, value]];
    }));
}
function looksSecret(name) {
    return /TOKEN|SECRET|PASSW|CREDENTIAL|_KEY$|^KEY$|APIKEY|AUTH/i.test(name);
}

;// CONCATENATED MODULE: ./lib/model/docker-failure.js


/** Lines of docker's output that tell what happened, oldest first. */
const SHOWN = 20;
/** Why a build failed, from what docker wrote. */
function buildFailure(exitCode, lines) {
    const evidence = docker_failure_lastLines(lines);
    const text = evidence.join('\n');
    if (isUnreachable(text))
        return daemonUnreachable(evidence);
    return new DeployError('build-failed', `docker build failed with exit status ${exitCode}.`, {
        evidence,
        hint: BUILD_HINTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'The last lines of the build say why.',
    });
}
const BUILD_HINTS = [
    [/no space left on device/i, 'The disk is full: free space on the runner, or take a larger one.'],
    [
        /exit code: 137|returned a non-zero code: 137|\bOOM\b|signal: killed/i,
        'The build ran out of memory: take a larger runner.',
    ],
    [
        /toomanyrequests|rate limit/i,
        'A registry limits pulls of base images: log in to it before this step, or use a mirror.',
    ],
    [
        /exec format error/i,
        'The machine cannot run the platform of the image: take a runner of that architecture, or install QEMU.',
    ],
    [
        /pull access denied|unauthorized|no basic auth credentials/i,
        'A base image cannot be read: log in to its registry before this step.',
    ],
    [
        /manifest unknown|not found: manifest|failed to resolve source metadata/i,
        'A base image does not exist for this platform, or its registry cannot be reached.',
    ],
    [
        /failed to read dockerfile|unable to evaluate symlinks in Dockerfile path|Cannot locate specified Dockerfile/i,
        'Correct dockerfile: it is a path from the root of the workspace.',
    ],
    [
        /target stage .* could not be found|failed to reach build target/i,
        'Correct target: the Dockerfile has no stage of that name.',
    ],
];
/** Reads the registry's words from what `docker push` wrote. */
function pushFailure(reference, exitCode, lines) {
    const evidence = docker_failure_lastLines(lines);
    const text = evidence.join('\n');
    if (isUnreachable(text))
        return { error: daemonUnreachable(evidence), again: false };
    const known = PUSH_CAUSES.find(({ pattern }) => pattern.test(text));
    const said = redact(evidence.at(-1) ?? `exit status ${exitCode}`);
    return {
        error: new DeployError(known?.code ?? 'push-failed', `The registry did not take ${reference}: ${said}`, {
            evidence,
            hint: known?.hint ?? 'The lines above are the words of docker and the registry.',
        }),
        again: known === undefined,
    };
}
/** What no second attempt can heal; the words are ECR's and the distribution project's. */
const PUSH_CAUSES = [
    {
        pattern: /name unknown|NAME_UNKNOWN|repository with name .* does not exist/i,
        code: 'repository-missing',
        hint: 'Create the repository, or correct ecr-repository.',
    },
    {
        pattern: /tag .*already exists.*immutable|TAG_INVALID|ImageTagAlreadyExists/i,
        code: 'tag-taken',
        hint: 'The tag is immutable and was pushed meanwhile: give another image-tag, or run again to reuse that image.',
    },
    {
        pattern: /no basic auth credentials|authorization token has expired|unauthorized/i,
        code: 'push-failed',
        hint: 'The registry did not accept the login: check that the credentials belong to its account and region.',
    },
    {
        pattern: /denied|403 Forbidden|not authorized/i,
        code: 'push-failed',
        hint: 'Allow ecr:BatchCheckLayerAvailability, InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload and PutImage on the repository.',
    },
    {
        pattern: /An image does not exist locally|tag does not exist/i,
        code: 'push-failed',
        hint: 'The builder did not leave the image in the engine; another DOCKER_HOST or builder may be in use.',
    },
];
/** Digest that `docker push` reports in its last line: `tag: digest: sha256:… size: 1234`. */
function pushedDigest(lines) {
    return lines.flatMap((line) => /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(line)?.[1] ?? []).at(-1);
}
/** No daemon answered: what to do about it. */
function daemonUnreachable(evidence) {
    return new DeployError('docker-unavailable', 'No Docker daemon answers.', {
        evidence,
        hint: 'Use a runner with Docker, or set DOCKER_HOST; with the input image nothing is built and no Docker is needed.',
    });
}
function isUnreachable(text) {
    return /Cannot connect to the Docker daemon|error during connect|docker daemon is not running/i.test(text);
}
function docker_failure_lastLines(lines) {
    return lines.filter((line) => line.trim() !== '').slice(-SHOWN);
}

;// CONCATENATED MODULE: ./lib/adapters/docker.js






/** A stopped daemon lets `docker version` hang for ever, a silent registry `docker login`. */
const PROBE_LIMIT = 20_000;
const LOGIN_LIMIT = 60_000;
/** Lines of output kept for the error. */
const TAIL = 200;
/** The adapter for docker's command line. */
function docker(access) {
    return {
        engine: () => probe(access),
        login: (host, password) => login(access, host, password),
        build: (command) => build(access, command),
        push: (reference) => push(access, reference),
        repositoryDigests: (reference) => repositoryDigests(access, reference),
    };
}
async function run({ world, workspace, config }, args, options = {}) {
    const { extra, ...rest } = options;
    // The builder decides what this says: `1` without buildx would make docker 23 and later refuse to build.
    const buildKit = isFalse(world.env['DOCKER_BUILDKIT']) ? '0' : undefined;
    try {
        return await world.run('docker', args, {
            ...rest,
            cwd: workspace,
            env: { ...dockerEnvironment(world.env, config), DOCKER_BUILDKIT: buildKit, ...extra },
            signal: world.signal,
        });
    }
    catch (error) {
        throw unavailable(error);
    }
}
function unavailable(error) {
    if (error instanceof ProgramMissing) {
        return new DeployError('docker-unavailable', 'There is no docker command on this machine.', {
            cause: error,
            hint: 'Use a runner with Docker; with the input image nothing is built and no Docker is needed.',
        });
    }
    if (error instanceof ProcessTimeout) {
        return new DeployError('docker-unavailable', 'Docker does not answer.', {
            cause: error,
            hint: 'The daemon or the registry hangs: restart the daemon, or run the job again.',
        });
    }
    return error;
}
async function probe(access) {
    const asked = await run(access, ['version', '--format', '{{json .}}'], { timeout: PROBE_LIMIT });
    const versions = parseObject(asked.stdout) ?? {};
    const client = isObject(versions['Client']) ? versions['Client'] : {};
    const server = versions['Server'];
    if (asked.exitCode !== 0 || !isObject(server)) {
        throw daemonUnreachable(asked.stderr.split('\n').filter((line) => line.trim() !== ''));
    }
    return {
        client: textAt(client, 'Version') ?? 'unknown',
        server: textAt(server, 'Version') ?? 'unknown',
        os: textAt(server, 'Os') ?? 'linux',
        architecture: textAt(server, 'Arch') ?? 'amd64',
        builder: await probeBuilder(access, client, server),
    };
}
/**
 * Docker 23 and later build with the plugin buildx where it is; earlier clients have the BuildKit of the engine
 * (API 1.39) behind DOCKER_BUILDKIT=1. DOCKER_BUILDKIT=0 is the user's own choice of the classic builder.
 */
async function probeBuilder(access, client, server) {
    const classic = { kind: 'classic', name: undefined, driver: undefined };
    if (isFalse(access.world.env['DOCKER_BUILDKIT']) || textAt(server, 'Os') === 'windows')
        return classic;
    if (Number.parseInt(textAt(client, 'Version') ?? '', 10) < 23) {
        const [, minor] = (textAt(server, 'ApiVersion') ?? '').split('.');
        return Number(minor) >= 39 ? { ...classic, kind: 'buildkit' } : classic;
    }
    const plugin = await run(access, ['buildx', 'version'], { timeout: PROBE_LIMIT });
    if (plugin.exitCode !== 0)
        return classic;
    const { stdout } = await run(access, ['buildx', 'inspect'], { timeout: PROBE_LIMIT });
    return {
        kind: 'buildx',
        name: /^Name:\s+(\S+)$/m.exec(stdout)?.[1],
        driver: /^Driver:\s+(\S+)$/m.exec(stdout)?.[1],
    };
}
async function login(access, host, password) {
    const args = ['login', '--username', 'AWS', '--password-stdin', host];
    const { exitCode, stderr } = await run(access, args, { input: password, timeout: LOGIN_LIMIT });
    if (exitCode === 0)
        return;
    const evidence = stderr.split('\n').filter((line) => line.trim() !== '');
    throw new DeployError('push-failed', `Docker could not log in to ${host}.`, {
        evidence,
        hint: 'The registry must be reachable from the runner and belong to the region that gave the password.',
    });
}
async function build(access, { args, env, secrets }) {
    const { log } = access.world;
    for (const secret of secrets)
        log.mask(secret);
    log.info(`docker ${shownCommand(args)}`);
    const { exitCode, tail } = await docker_follow(access, args, env);
    if (exitCode !== 0)
        throw buildFailure(exitCode, tail);
}
async function push(access, reference) {
    const { exitCode, tail } = await docker_follow(access, ['push', reference]);
    return exitCode === 0 ? { digest: pushedDigest(tail) } : pushFailure(reference, exitCode, tail);
}
/** Runs docker with its output quoted in the log as it comes, and keeps the last lines. */
async function docker_follow(access, args, extra = {}) {
    const tail = [];
    const { exitCode } = await run(access, args, {
        extra,
        onLine: (line) => {
            access.world.log.quote(line);
            tail.push(line);
            if (tail.length > TAIL)
                tail.shift();
        },
    });
    return { exitCode, tail };
}
async function repositoryDigests(access, reference) {
    const args = ['image', 'inspect', '--format', '{{json .RepoDigests}}', reference];
    const { exitCode, stdout } = await run(access, args, { timeout: PROBE_LIMIT });
    const found = parseObject(`{"digests":${stdout.trim() || '[]'}}`)?.['digests'];
    if (exitCode !== 0 || !Array.isArray(found))
        return [];
    return found.flatMap((text) => (typeof text === 'string' ? [text] : []));
}
/** What Go's strconv.ParseBool takes for false, which is how docker reads DOCKER_BUILDKIT. */
function isFalse(value) {
    return value !== undefined && ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value);
}

;// CONCATENATED MODULE: ./lib/steps/build.js





/**
 * Builds the planned image into the engine of this machine, or says that there is nothing to build. The
 * registry login comes first, because base images may be private. Throws `build-failed`,
 * `docker-unavailable`, `push-failed` or `inputs`.
 */
async function build_build(source, world, voice) {
    if (source.kind === 'image') {
        const { tag, digest } = source.image;
        voice.skip(`reuses ${tag ?? 'the image'}, which is in its repository as ${digest.slice(0, 19)}`);
        return source;
    }
    const { repository } = source.registry;
    const config = await makeDockerConfig(world, repository.host);
    try {
        await rememberDockerConfig(world, config.folder);
        const image = await buildWith(config, source, world);
        voice.note(`${image.reference} of ${image.revision.slice(0, 12)}`);
        return { kind: 'built', image, registry: source.registry, docker: dockerOf(config, world), config };
    }
    catch (error) {
        await removeDockerConfig(world, config.folder);
        throw error;
    }
}
async function buildWith(config, { plan, request, registry, password }, world) {
    const { repository, tag, revision } = plan;
    const own = dockerOf(config, world);
    await own.login(registry.repository.host, password);
    const builder = await chooseBuilder(own, request.buildxVersion, config, world);
    const reference = `${repository.uri}:${tag}`;
    const buildTime = new Date(world.clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
    const subject = {
        reference,
        revision,
        buildTime,
        source: plan.source,
        version: tag,
        inputsHash: plan.inputsHash,
    };
    await own.build(buildCommand(plan.inputs, subject, builder, world.env));
    return { reference, repository, tag, revision, buildTime };
}
function dockerOf(config, world) {
    return docker({ world, workspace: '.', config });
}
/** The builder of this machine; buildx is installed when a version was asked for and there is none. */
async function chooseBuilder(own, version, config, world) {
    const { builder } = await own.engine();
    if (version === undefined || builder.kind === 'buildx')
        return builder;
    await installBuildx(world, version, config);
    return (await own.engine()).builder;
}

;// CONCATENATED MODULE: ./lib/steps/deploy.js









/** Milliseconds between two looks for a deployment whose making was not confirmed. */
const deploy_INTERVAL = 2_000;
/**
 * Points the service at the revision with exactly one UpdateService that sends nothing else: desired count and
 * configuration stay as they are. When the service runs the revision already, nothing is sent. Throws
 * `superseded` when somebody else deployed since preflight.
 */
async function deploy(wish, ecs, world, voice) {
    const { service, next, fallback, forceNewDeployment } = wish;
    const current = primary(service);
    const own = { taskDefinition: next.arn, previous: fallback?.taskDefinition };
    if (current && service.taskDefinition === next.arn && !forceNewDeployment) {
        voice.skip(`${lastPart(next.arn)} is live already: nothing to change`);
        await voice.know({ changed: false, deploymentId: current.id });
        return { ...own, id: current.id, before: [], changed: false };
    }
    const before = await unchanged(wish, ecs);
    const ids = before.deployments.map(({ id }) => id);
    await rememberIntent(world, { taskDefinition: next.arn, fallback, before: ids });
    const made = await start(wish, before, ecs, world, voice);
    await voice.know({ changed: true, deploymentId: made.id });
    await rememberDeployment(world, made.id);
    voice.note(`${made.id} takes ${service.name} from ${lastPart(service.taskDefinition)} to ${lastPart(next.arn)}`);
    return { ...own, id: made.id, before: ids, changed: true };
}
/** The service right before the change: between preflight and here a build may have taken many minutes. */
async function unchanged({ cluster, service, inFlight }, ecs) {
    const now = await ecs.service(cluster, service.name);
    if (now?.status !== 'ACTIVE') {
        throw new DeployError('service-gone', `The service ${service.name} was deleted meanwhile.`, {
            hint: 'Create it again, then run the job again.',
        });
    }
    const [before, newest] = [primary(service), primary(now)];
    if (inFlight === 'replace' || !newest || newest.id === before?.id)
        return now;
    throw new DeployError('superseded', `Somebody else started ${newest.id} of ${lastPart(newest.taskDefinition)} since preflight.`, { hint: 'Look who deployed, and run this job again if its commit should be live.' });
}
async function start(wish, before, ecs, world, voice) {
    const { cluster, service, next, forceNewDeployment } = wish;
    const known = new Set(before.deployments.map(({ id }) => id));
    const madeIn = (found) => found?.deployments.find(({ id, taskDefinition }) => taskDefinition === next.arn && !known.has(id));
    let lost;
    try {
        const made = madeIn(await ecs.update(cluster, service.name, next.arn, forceNewDeployment));
        if (made)
            return made;
        lost = new DeployError('aws-unavailable', 'UpdateService answered without a new deployment.');
    }
    catch (error) {
        lost = asDeployError(error);
        if (lost.code !== 'internal' && !isUncertain(lost))
            throw error;
    }
    world.log.info(`${lost.message} Looking whether ECS took the update.`);
    await voice.know({ changed: true });
    return lookForDeployment(() => ecs.service(cluster, service.name), madeIn, lost, world, voice);
}
/** Whether an error leaves open what AWS did: an answer that was lost or cannot be read. */
function isUncertain({ code, cause }) {
    return code === 'aws-unavailable' && !isRefusal(cause);
}
/** The answer was lost: only the service itself can tell whether the update was taken. It is never sent again. */
async function lookForDeployment(observe, madeIn, lost, { clock, signal }, voice) {
    const found = await poll({
        observe,
        judge: (service) => {
            const made = madeIn(service);
            return made ? { done: true, result: made } : { done: false };
        },
        expired: () => lost,
        interval: deploy_INTERVAL,
        limit: VISIBILITY_GRACE,
        clock,
        signal,
    }).catch((error) => {
        if (error === lost)
            return undefined;
        throw error;
    });
    if (found)
        return found;
    await voice.know({ changed: false });
    throw new DeployError('aws-unavailable', `${lost.message} ECS shows no new deployment after ${showDuration(VISIBILITY_GRACE)}.`, { hint: 'Look at the deployments of the service, then run the job again.', cause: lost.cause });
}

;// CONCATENATED MODULE: ./lib/model/task-definition-difference.js

/**
 * What differs between two revisions: by field, container and variable *name*. Values are never part of it:
 * a definition's environment may hold secrets.
 */
function task_definition_difference_difference(before, after) {
    return [
        ...fields(before, after, ['containerDefinitions']).map((line) => `task: ${line}`),
        ...named(before, after, 'containerDefinitions').flatMap(([name, old, next]) => containerLines(name, old, next)),
    ];
}
function containerLines(name, before, after) {
    if (!before)
        return [`container ${name}: added`];
    if (!after)
        return [`container ${name}: removed`];
    return [
        ...fields(before, after, ['environment', 'secrets']),
        ...variables(before, after, 'environment', 'variable'),
        ...variables(before, after, 'secrets', 'secret'),
    ].map((line) => `container ${name}: ${line}`);
}
function fields(before, after, except) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !except.includes(name));
    return names.flatMap((name) => change(name, before[name], after[name]));
}
function variables(before, after, field, word) {
    return named(before, after, field).flatMap(([name, old, next]) => change(`${word} ${name}`, old, next));
}
function change(what, before, after) {
    if (canonicalJson(before) === canonicalJson(after) && (before === undefined) === (after === undefined))
        return [];
    return [`${what} ${before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'}`];
}
/** The entries of a list by their name, those of before first. */
function named(before, after, field) {
    const byName = (object) => new Map(objectsAt(object, field).map((entry) => [textAt(entry, 'name') ?? '', entry]));
    const [old, next] = [byName(before), byName(after)];
    return [...new Set([...old.keys(), ...next.keys()])].map((name) => [name, old.get(name), next.get(name)]);
}
/** Whether a value is a task definition at all: it has a list of container definitions. */
function looksLikeTaskDefinition(value) {
    return Array.isArray(value['containerDefinitions']) && value['containerDefinitions'].every(isObject);
}

;// CONCATENATED MODULE: ./lib/steps/register.js







/** Registers the next revision, or returns the live one when it would be the same. */
async function register(wanted, ecs, world, voice) {
    const { env, log } = world;
    const { live, from } = wanted;
    const { body, dropped, differs } = draft(wanted);
    if (!differs) {
        voice.note(`nothing differs from ${lastPart(live.arn)}, which is kept`);
        await voice.know({ taskDefinitionArn: live.arn, difference: [] });
        return live;
    }
    const tags = carriedTags(wanted, runOf(env));
    const made = await registerTagged(body, tags, ecs, voice).catch((error) => foundAfterAll(error, { body, run: runOf(env), live }, ecs, world));
    await voice.know({ taskDefinitionArn: made.arn, difference: differs });
    const left = [...dropped, ...[...from.tags.keys()].filter(isAwsTag).map((key) => `tag ${key}`)];
    log.info([
        `${lastPart(live.arn)} → ${lastPart(made.arn)}`,
        ...(left.length > 0 ? [`left out, since only AWS writes it: ${left.join(', ')}`] : []),
        ...differs,
    ].join('\n  '));
    voice.note(`${lastPart(made.arn)}, which differs from ${lastPart(live.arn)} in ${String(differs.length)} places`);
    return made;
}
/** What would be registered. */
function draft({ live, from, container, image, environment, healthCheck }) {
    const { body, dropped } = nextRevision(from.body, {
        container,
        image: image.uri,
        environment: new Map([...ownVariables(image, from.body, container), ...environment]),
        healthCheck,
    });
    const before = registerable(live.body).body;
    return { body, dropped, differs: sameDefinition(before, body) ? undefined : task_definition_difference_difference(before, body) };
}
/**
 * What the container is told of its own build, always as the image's labels have it. What an earlier release told
 * (only that sets IMAGE_DIGEST) and the labels do not know is removed: it was another image's.
 */
function ownVariables({ gitSha, buildTime, digest }, body, container) {
    const definition = containerOf(body, container);
    const told = definition !== undefined && environmentOf(definition).has('IMAGE_DIGEST');
    const values = { GIT_SHA: gitSha, BUILD_TIME: buildTime, IMAGE_DIGEST: digest };
    return new Map(Object.entries(values).filter(([, value]) => told || value !== undefined));
}
/** The tags to start from but AWS's own and those of an earlier release, with ours. */
function carriedTags({ from, image }, run) {
    const gitSha = releasedCommit(image);
    return new Map([
        ...[...from.tags].filter(([key]) => !isAwsTag(key) && !key.startsWith('deploy-backend:')),
        ...(gitSha === undefined ? [] : [[TAGS.gitSha, gitSha]]),
        [TAGS.imageDigest, image.digest],
        [TAGS.run, run],
    ]);
}
/** Keys with this prefix are AWS's, and refused when anybody else sets them (Amazon ECS, "Tag restrictions"). */
function isAwsTag(key) {
    return key.toLowerCase().startsWith('aws:');
}
/** Tagging may be denied by policy (ecs:TagResource); the revision is then registered without tags. */
async function registerTagged(body, tags, ecs, voice) {
    try {
        return await ecs.register(body, tags);
    }
    catch (error) {
        if (error instanceof DeployError && error.code === 'access-denied' && /TagResource/.test(error.message)) {
            voice.warn('The revision could not be tagged: allow ecs:TagResource, so that later runs know what this one released.');
            return ecs.register(body, new Map());
        }
        throw error;
    }
}
/** So often the newest revision is looked at when an answer was lost, two seconds apart. */
const LOOKS = 3;
const register_PAUSE = 2_000;
/**
 * The answer was lost: only the family can tell whether the revision was registered. It is not sent again; a revision
 * that comes to be later is not in use, and harms nobody.
 */
async function foundAfterAll(error, { body, run, live }, ecs, { clock, log, signal }) {
    const lost = error instanceof DeployError && error.code === 'aws-unavailable' && !isRefusal(error.cause);
    if (!lost)
        return notRegistered(error);
    log.info(`${error.message} Looking whether ECS took it.`);
    for (let look = 1; look <= LOOKS; look++) {
        const newest = await ecs.taskDefinition(live.family);
        const ours = newest && newest.revision > live.revision && (newest.tags.get(TAGS.run) ?? run) === run;
        if (ours && holds(newest.body, body))
            return newest;
        if (look < LOOKS)
            await clock.sleep(register_PAUSE, signal);
    }
    return notRegistered(error);
}
/** `aws-unavailable` says too little here: a refusal of the body is the task definition's fault. */
function notRegistered(error) {
    if (!(error instanceof DeployError) || error.code !== 'aws-unavailable')
        throw error;
    const refused = ['ClientException', 'InvalidParameterException'].includes(awsErrorName(error));
    throw new DeployError(refused ? 'task-definition-invalid' : 'register-failed', error.message, {
        hint: refused
            ? 'ECS refused the task definition: mend what it names, in the file or in the live revision.'
            : 'Nothing was changed; run the job again.',
        cause: error,
    });
}

;// CONCATENATED MODULE: ./lib/steps/plan.js


/** Shows what a release would change and call, and changes nothing. */
async function plan(wanted, { log }, voice) {
    const { source, live, service, forceNewDeployment } = wanted;
    const image = source.kind === 'image' ? source.image : unbuilt(source);
    const { differs } = draft({ ...wanted, image });
    const calls = [
        ...(source.kind === 'image' ? [] : [`docker build and push of ${image.uri}`]),
        ...(differs ? ['ecs:RegisterTaskDefinition'] : []),
        ...(differs || forceNewDeployment ? ['ecs:UpdateService'] : []),
    ];
    await voice.know({ changed: false, difference: differs ?? [], imageUri: image.uri });
    log.info([`Against ${lastPart(live.arn)}:`, ...(differs ?? ['nothing differs'])].join('\n  '));
    const would = calls.length > 0
        ? `a release would make these calls: ${calls.join(', ')}`
        : 'a release would call nothing';
    voice.note(would);
    return { kind: 'planned', state: `Nothing of ${service.name} was changed: ${would}.` };
}
/** What stands for an image that is not built yet: it has a tag, but no digest. */
function unbuilt({ plan: { repository, tag, revision } }) {
    return {
        uri: `${repository.uri}:${tag}`,
        repository: repository.uri,
        digest: '',
        acceptedDigests: [],
        gitSha: revision,
        buildTime: undefined,
        tag,
        architectures: [],
        reused: false,
    };
}

;// CONCATENATED MODULE: ./lib/adapters/aws/deployed.js
/** The revisions that a service deployed successfully within the last ninety days, newest first, one entry a deployment. */
async function deployedRevisions(cluster, service, ecs) {
    const deployments = await ecs.successfulDeployments(cluster, service);
    const arns = deployments.map(({ targetServiceRevisionArn }) => targetServiceRevisionArn);
    const revisions = await ecs.revisionTaskDefinitions([...new Set(arns)]);
    return arns.flatMap((arn) => revisions.get(arn) ?? []);
}

;// CONCATENATED MODULE: ./lib/model/deployed.js

/**
 * The last revision of a service's history that is still good: not the excluded one, and not one that was rolled
 * away from. `deployed` is newest first, one entry a successful deployment. To go back to an older revision is to roll
 * away from the newer one, so with A, B and A again there is nothing left before A.
 */
function lastGood(deployed, excluded) {
    return goodRevisions(deployed).find((revision) => revision !== excluded);
}
/** Every revision of a history that was not rolled away from since it was last deployed, newest first, once each. */
function goodRevisions(deployed) {
    const known = new Set();
    return deployed.filter((revision, index) => {
        const first = !known.has(revision);
        known.add(revision);
        const next = deployed[index - 1];
        const leftForOlder = next !== undefined && isOlder(next, revision);
        return first && !leftForOlder;
    });
}
function isOlder(one, other) {
    const [a, b] = [familyAndRevision(one), familyAndRevision(other)];
    return a !== undefined && b !== undefined && a.family === b.family && a.revision < b.revision;
}

;// CONCATENATED MODULE: ./lib/steps/preflight/fallback.js







/**
 * Finds the last *completed* deployment's revision, not the last registered one: a revision that never was
 * healthy is no way back. One that a run put live and never came to prove is none either, when there is another.
 * Undefined when the service never completed a deployment.
 */
async function findFallback(service, live, running, place, ecs, voice) {
    const completed = completedRevision(service);
    const known = completed === live.arn ? live : completed && (await ecs.taskDefinition(completed));
    const lost = known ? unfinishedRun(known) : undefined;
    const proven = completed === undefined || lost !== undefined
        ? await recordedRevision(service, completed, place.cluster, ecs, voice)
        : undefined;
    const taskDefinition = proven?.arn ?? completed;
    if (taskDefinition === undefined)
        return undefined;
    if (lost !== undefined) {
        const back = proven ? `the way back is ${lastPart(proven.arn)}` : 'no other way back is known';
        voice.warn(`${lastPart(completed ?? '')} was put live by ${lost}, which never came to prove it: ${back}.`);
    }
    const revision = proven ?? (known || undefined);
    const digests = running
        .filter((task) => task.taskDefinition === taskDefinition)
        .flatMap(({ containers }) => containers.filter(({ name }) => name === place.container).map(({ imageDigest }) => imageDigest));
    return {
        taskDefinition,
        digest: digests.find((digest) => digest !== undefined),
        commit: revision && commitOf(revision, place.container),
        ...(proven && completed !== undefined ? { unproven: completed } : {}),
    };
}
/** The way back right before the change: a run that seemed lost may have proven its revision meanwhile. */
async function settledFallback(fallback, container, ecs) {
    if (fallback?.unproven === undefined)
        return fallback;
    const later = await ecs.taskDefinition(fallback.unproven);
    if (later?.tags.get(TAGS.result) !== 'released')
        return fallback;
    return { taskDefinition: later.arn, digest: undefined, commit: commitOf(later, container) };
}
/** A completed deployment among those that DescribeServices shows; an old one keeps running beside a new one. */
function completedRevision(service) {
    const settled = (state) => state === 'COMPLETED' || (state === '' && !inFlight(service));
    const current = primary(service);
    const rest = service.deployments.filter((deployment) => deployment !== current);
    return [...(current ? [current] : []), ...rest].find(({ rolloutState }) => settled(rolloutState))
        ?.taskDefinition;
}
/**
 * The newest revision but `completed` that was deployed successfully and not rolled away from, where the policy
 * lets us look. In doubt whether it was proven there is none: results may never have been allowed to be written.
 */
async function recordedRevision(service, completed, cluster, ecs, voice) {
    try {
        const deployed = await deployedRevisions(cluster, service.name, ecs);
        const found = lastGood(deployed, completed);
        const revision = found === undefined ? undefined : await ecs.taskDefinition(found);
        const left = revision?.tags.get(TAGS.result) === 'rolled-back';
        const doubtful = revision && completed !== undefined && unfinishedRun(revision) !== undefined;
        return left || doubtful ? undefined : revision;
    }
    catch (error) {
        if (!(error instanceof DeployError) || error.code === 'cancelled')
            throw error;
        voice.warn(`What was deployed before is not known. ${error.message} ${error.hint ?? ''}`.trimEnd());
        return undefined;
    }
}
/** The error of a release without a way back. */
function noFallback(service) {
    return new DeployError('no-fallback', `No completed deployment of ${service.name} is known, so there is nothing to fall back to.`, {
        hint: 'Set allow-no-fallback to true to release all the same: a failure then leaves the service as it is.',
    });
}
/** One line on the way back, for the log. */
function showFallback({ taskDefinition, digest }) {
    return `the way back is ${lastPart(taskDefinition)}${digest === undefined ? '' : ` (${digest.slice(0, 19)})`}`;
}

;// CONCATENATED MODULE: ./lib/adapters/git.js

/** A broken file system must not hold up a release for ever. */
const git_LIMIT = 60_000;
const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
/** Arguments of one command stay far below the system's limit. */
const BATCH = 200;
/** The adapter for git in a workspace. */
function git(world, workspace) {
    const ask = asker(world, workspace);
    return {
        head: () => head(ask),
        changes: (folder) => changes(ask, folder),
        blobs: (folder, paths) => blobs(ask, folder, paths),
        isAncestor: (ancestor, descendant) => isAncestor(ask, ancestor, descendant),
        log: (from, to, limit) => logBetween(ask, from, to, limit),
    };
}
/**
 * A checkout is often owned by another user than ours (container jobs): `safe.directory` is given for our own
 * reads, and what a repository's configuration could make git run is switched off.
 */
const SETTINGS = [
    ...['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'],
    ...['-c', 'log.showSignature=false', '--no-pager', '--literal-pathspecs'],
];
function asker({ run, env, signal }, workspace) {
    const environment = {
        ...cleanEnvironment(env),
        GIT_TERMINAL_PROMPT: '0',
        GIT_OPTIONAL_LOCKS: '0',
        LC_ALL: 'C',
    };
    return async (args, folder = '.') => {
        const cwd = folder.startsWith('/') ? folder : `${workspace}/${folder}`;
        try {
            return await run('git', [...SETTINGS, ...args], { cwd, env: environment, timeout: git_LIMIT, signal });
        }
        catch (error) {
            if (error instanceof ProgramMissing)
                return { exitCode: 127, stdout: '', stderr: error.message };
            throw error;
        }
    };
}
async function head(ask) {
    const shown = await ask(['log', '-1', '--no-color', '--format=%H%x00%h%x00%ct%x00%s', 'HEAD']);
    const [sha = '', shortSha = '', seconds = '', subject = ''] = shown.stdout.trimEnd().split('\0');
    if (shown.exitCode !== 0 || !SHA.test(sha))
        return undefined;
    const [branch, remote] = await Promise.all([
        ask(['symbolic-ref', '--quiet', '--short', 'HEAD']),
        ask(['config', '--get', 'remote.origin.url']),
    ]);
    return {
        sha,
        shortSha,
        branch: branch.exitCode === 0 ? branch.stdout.trim() : undefined,
        time: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z'),
        subject,
        source: git_sourceOf(remote.stdout.trim()),
    };
}
/** Where the source lies, for people: never with the user and token that a remote's URL may hold. */
function git_sourceOf(remote) {
    const scp = /^(?:[\w.-]+@)?([\w.-]+\.[\w-]+):(?!\/\/)(.+)$/.exec(remote);
    const text = scp ? `https://${scp[1] ?? ''}/${scp[2] ?? ''}` : remote;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !['https:', 'http:', 'ssh:', 'git:'].includes(url.protocol))
        return undefined;
    const path = url.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
    const web = url.protocol === 'http:' || url.protocol === 'https:';
    return web ? `${url.protocol}//${url.host}${path}` : `https://${url.hostname}${path}`;
}
/** git diff --raw, section "RAW OUTPUT FORMAT": `:old new blob blob S`, then the path. */
async function changes(ask, folder) {
    const diff = [
        'diff',
        '--raw',
        '-z',
        '--no-renames',
        '--no-ext-diff',
        '--no-textconv',
        '--relative',
        'HEAD',
    ];
    const [raw, others] = await Promise.all([
        ask([...diff, '--', '.'], folder),
        ask(['ls-files', '--others', '--exclude-standard', '-z'], folder),
    ]);
    if (raw.exitCode !== 0)
        throw new Error(`git diff failed: ${raw.stderr.trim()}`);
    const fields = raw.stdout.split('\0');
    const entries = fields.flatMap((text, index) => {
        const mode = /^:\d{6} (\d{6}) /.exec(text)?.[1];
        return index % 2 === 0 && mode !== undefined ? [{ mode, path: fields[index + 1] ?? '' }] : [];
    });
    const present = entries.filter(({ mode }) => mode.startsWith('100'));
    const named = await blobs(ask, folder, present.map(({ path }) => path));
    const blobOf = new Map(named.map(({ path, blob }) => [path, blob]));
    return {
        modified: entries.map(({ mode, path }) => ({ mode, path, blob: blobOf.get(path) ?? '' })),
        untracked: others.stdout.split('\0').filter((path) => path !== ''),
    };
}
/** One file that cannot be read (a dangling link, a nested repository) fails a whole batch: then one by one. */
async function blobs(ask, folder, paths) {
    const named = [];
    const hash = (some) => ask(['hash-object', '--no-filters', '--', ...some], folder);
    for (let start = 0; start < paths.length; start += BATCH) {
        const some = paths.slice(start, start + BATCH);
        const { exitCode, stdout } = await hash(some);
        const found = exitCode === 0 ? stdout.split('\n') : [];
        for (const [index, path] of some.entries()) {
            const blob = exitCode === 0 ? found[index] : (await hash([path])).stdout.trim();
            named.push({ path, mode: '100644', blob: blob ?? '' });
        }
    }
    return named;
}
async function isAncestor(ask, ancestor, descendant) {
    if (!SHA.test(ancestor) || !SHA.test(descendant))
        return 'unknown';
    const { exitCode } = await ask(['merge-base', '--is-ancestor', ancestor, descendant]);
    if (exitCode === 0)
        return 'yes';
    const shallow = await ask(['rev-parse', '--is-shallow-repository']);
    if (shallow.stdout.trim() !== 'false')
        return 'unknown';
    // git merge-base, "--is-ancestor": 1 is no, and another status an error, here a commit that is not there.
    return exitCode === 1 ? 'no' : 'missing';
}
async function logBetween(ask, from, to, limit) {
    if (!SHA.test(from) || !SHA.test(to))
        return undefined;
    const format = '--format=%H%x00%an%x00%s%x00';
    const args = ['log', '--no-color', `--max-count=${limit}`, format, `${from}..${to}`, '--'];
    const { exitCode, stdout } = await ask(args);
    if (exitCode !== 0)
        return undefined;
    const fields = stdout.split('\0').map((field) => field.replace(/^\n/, ''));
    return fields.flatMap((sha, index) => index % 3 === 0 && SHA.test(sha)
        ? [{ sha, author: fields[index + 1] ?? '', subject: fields[index + 2] ?? '' }]
        : []);
}

;// CONCATENATED MODULE: ./lib/adapters/github.js
/** Milliseconds that one question may take: what GitHub knows never holds up a release. */
const github_LIMIT = 10_000;
const PUBLIC_API = 'https://api.github.com';
/**
 * GitHub's API for the repository of this run, at GITHUB_API_URL on an Enterprise Server; undefined without a token
 * or a repository.
 */
function github({ env, signal }, token, limit = github_LIMIT) {
    const [owner, repo] = (env['GITHUB_REPOSITORY'] ?? '').split('/');
    if (!token || !owner || !repo)
        return undefined;
    return {
        async compare(base, head) {
            const { getOctokit } = await Promise.all(/* import() */[__nccwpck_require__.e(119), __nccwpck_require__.e(413)]).then(__nccwpck_require__.bind(__nccwpck_require__, 2413));
            const octokit = getOctokit(token, { baseUrl: env['GITHUB_API_URL'] || PUBLIC_API });
            const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
                owner,
                repo,
                basehead: `${base}...${head}`,
                per_page: 1,
                request: { signal: AbortSignal.any([signal, AbortSignal.timeout(limit)]) },
            });
            return data.status;
        },
    };
}

;// CONCATENATED MODULE: ./lib/model/worst-case.js


/**
 * Rounds of grace period, health checks and draining, then the bake time. In a round as many tasks are replaced as lie
 * between minimumHealthyPercent, rounded up, and maximumPercent, rounded down (ECS, DeploymentConfiguration).
 */
function worstCase({ desiredCount, healthCheckGracePeriod: grace, rolling }, body, groups) {
    const least = Math.ceil((desiredCount * rolling.minimumHealthyPercent) / 100);
    const most = Math.floor((desiredCount * rolling.maximumPercent) / 100);
    const rounds = Math.ceil(desiredCount / Math.max(1, most - least));
    const drain = Math.max(0, ...groups.map((group) => group.drain));
    const checks = Math.max(containerChecks(body), ...groups.map(({ interval, healthyThreshold }) => interval * healthyThreshold));
    const parts = [
        ...(grace > 0 ? [`grace period ${showDuration(grace)}`] : []),
        ...(checks > 0 ? [`health checks ${showDuration(checks)}`] : []),
        ...(drain > 0 ? [`draining ${showDuration(drain)}`] : []),
    ].join(', ');
    const bake = rolling.bakeTime > 0 ? `, bake time ${showDuration(rolling.bakeTime)}` : '';
    return {
        total: rounds * (grace + checks + drain) + rolling.bakeTime,
        checks,
        parts: `${rounds > 1 ? `${String(rounds)} rounds of ` : ''}${parts}${bake}`,
    };
}
/** The start period and then as many tries as a container has, of the slowest container (ECS, HealthCheck: its defaults). */
function containerChecks(body) {
    const seconds = objectsAt(body, 'containerDefinitions').map(({ healthCheck: check }) => {
        if (!isObject(check))
            return 0;
        const field = (name, otherwise) => typeof check[name] === 'number' ? check[name] : otherwise;
        return field('startPeriod', 0) + field('interval', 30) * field('retries', 3);
    });
    return Math.max(0, ...seconds) * 1_000;
}

;// CONCATENATED MODULE: ./lib/steps/preflight/duration.js



/** Warns when a rollout that goes well may still take longer than it is waited for. */
async function warnOfDuration(service, body, { deploymentTimeout, targetHealthTimeout }, { balancing }, voice) {
    const arns = service.loadBalancers.map(({ targetGroupArn }) => targetGroupArn);
    try {
        const groups = await Promise.all([...new Set(arns)].map((arn) => balancing.timing(arn)));
        const { total, checks, parts } = worstCase(service, body, groups);
        if (total > deploymentTimeout) {
            voice.warn(`This rollout may take ${showDuration(total)} (${parts}), longer than deployment-timeout (${showDuration(deploymentTimeout)}).`);
        }
        if (checks > targetHealthTimeout) {
            voice.warn(`Health checks may take ${showDuration(checks)}, longer than target-health-timeout (${showDuration(targetHealthTimeout)}).`);
        }
    }
    catch (error) {
        if (!(error instanceof DeployError) || error.code === 'cancelled')
            throw error;
        voice.warn(`How long this rollout may take is not known. ${error.message} ${error.hint ?? ''}`.trimEnd());
    }
}

;// CONCATENATED MODULE: ./lib/steps/preflight/fallback-image.js






/**
 * Warns when the image of the way back may not be had any more: it was removed, perhaps by a lifecycle policy, or it
 * lies where we cannot look. That is no reason to refuse a release, but people should know before they need it.
 */
async function warnOfFallbackImage(fallback, live, container, aws, voice) {
    const doubt = await fallback_image_doubtOf(fallback, live, container, aws).catch((error) => {
        if (!(error instanceof DeployError) || error.code === 'cancelled')
            throw error;
        return `its image cannot be looked at. ${error.message} ${error.hint ?? ''}`.trimEnd();
    });
    if (doubt === undefined)
        return;
    voice.warn(`A way back to ${lastPart(fallback.taskDefinition)} is not certain: ${doubt}`);
}
async function fallback_image_doubtOf({ taskDefinition, digest }, live, container, aws) {
    const definition = taskDefinition === live.arn ? live : await aws.ecs.taskDefinition(taskDefinition);
    const image = await lookAtImage(definition?.body ?? {}, container, digest, aws);
    return image.state === 'there' ? undefined : image.why;
}
/** Looks for the image of a container by the digest that ran, which its tag may not name any more. */
async function lookAtImage(body, container, digest, aws) {
    const image = textAt(containerOf(body, container) ?? {}, 'image');
    if (image === undefined)
        return { state: 'gone', why: `it has no container ${container}.` };
    const reference = parseImageReference(image);
    const registry = await registryFor(aws, reference);
    if (!registry)
        return {
            state: 'unknown',
            why: `its image ${image} is not in ECR, so that nobody knows whether it is still there.`,
        };
    const wanted = digest ?? reference.digest;
    const { ecr, repository } = registry;
    const id = wanted === undefined ? { tag: reference.tag ?? 'latest' } : { digest: wanted };
    if ((await ecr.digest(repository, id)) !== undefined)
        return { state: 'there' };
    return { state: 'gone', why: `its image ${wanted ?? image} is no longer in ${repository.uri}.` };
}

;// CONCATENATED MODULE: ./lib/steps/preflight/in-flight.js





/** Milliseconds between two looks at somebody else's rollout. */
const in_flight_INTERVAL = 5_000;
/**
 * What to do about a rollout that is in flight already: refuse, wait until it has ended, or go on and replace
 * it. Returns the service as it is afterwards.
 */
async function settleRollout(service, inputs, aws, world) {
    const busy = service.status === 'ACTIVE' ? rolloutInFlight(service) : undefined;
    if (!busy || inputs.inFlight === 'replace')
        return service;
    if (inputs.inFlight === 'refuse')
        throw busy;
    let shown = '';
    return poll({
        observe: () => aws.ecs.service(inputs.place.cluster, service.name),
        judge(observed) {
            if (!observed)
                throw in_flight_gone(service);
            const line = progressLine(observed);
            if (line !== shown)
                world.log.info(`Waiting for the rollout in flight: ${line}`);
            shown = line;
            const over = observed.status !== 'ACTIVE' || !rolloutInFlight(observed);
            return over ? { done: true, result: observed } : { done: false };
        },
        expired: () => new DeployError('rollout-in-flight', `${busy.message} It did not end within ${showDuration(inputs.deploymentTimeout)}.`, {
            hint: 'Let in-flight be replace to deploy over a rollout that is stuck.',
        }),
        interval: in_flight_INTERVAL,
        limit: inputs.deploymentTimeout,
        clock: world.clock,
        signal: world.signal,
    });
}
function in_flight_gone({ name }) {
    return new DeployError('service-gone', `The service ${name} was deleted while its rollout was waited for.`, {
        hint: 'Create it again, then run the job again.',
    });
}

;// CONCATENATED MODULE: ./lib/steps/preflight/starting-point.js






/**
 * The body and tags that the next revision starts from, when it is not the live revision: `latest` is the newest
 * ACTIVE revision of the family, anything else the path of a JSON file.
 */
async function startingPoint(wanted, service, { ecs }, { files }) {
    if (wanted === undefined)
        return undefined;
    const family = familyAndRevision(service.taskDefinition)?.family ?? '';
    if (wanted === 'latest') {
        const newest = await ecs.taskDefinition(family);
        if (newest)
            return newest;
        throw invalid(`The family ${family} has no ACTIVE revision.`, 'Leave the input task-definition out.');
    }
    const text = await files.read(wanted);
    if (text === undefined)
        throw invalid(`There is no file ${wanted}.`, 'Check the input task-definition and the checkout.');
    return fileBody(wanted, text, family);
}
function fileBody(path, text, family) {
    const body = parseObject(text);
    if (!body)
        throw invalid(`The file ${path} does not hold a JSON object.`, 'Mend its JSON.');
    if (!looksLikeTaskDefinition(body))
        throw invalid(`The file ${path} has no list containerDefinitions.`, 'Give a whole task definition.');
    const unknown = unknownFields(body);
    if (unknown.length > 0) {
        throw invalid(`The file ${path} has fields that ECS does not know: ${unknown.join(', ')}.`, 'Correct or remove them.');
    }
    if (body['family'] !== undefined && body['family'] !== family) {
        throw invalid(`The file ${path} is of another family than the service's ${family}.`, 'Give the same family, or none.');
    }
    const definition = Object.entries(body).filter(([field]) => field !== 'tags');
    return { body: { ...Object.fromEntries(definition), family }, tags: tagsOf(body) };
}
function invalid(message, hint) {
    return new DeployError('task-definition-invalid', message, { hint });
}

;// CONCATENATED MODULE: ./lib/steps/preflight/unfinished.js



/** Says whose rollout is in flight when it is one of this action's: that run still goes on, or was lost with its machine. */
function warnOfUnfinished(service, live, voice) {
    const run = unfinishedRun(live);
    if (run === undefined || !inFlight(service))
        return;
    voice.warn(`The rollout of ${lastPart(live.arn)} was begun by ${run}, which has not come to its end.`);
}

;// CONCATENATED MODULE: ./lib/steps/preflight/service.js











/**
 * Everything about the service that has to be right before anything is touched; what is wrong is added to
 * the findings, and undefined is returned when too little is left to go on with.
 */
async function lookAtService(seen, inputs, look) {
    const { place } = inputs;
    const { aws, world, findings, voice } = look;
    await findings.attempt(checkAccount(place, aws));
    // First, because a wait may end with another revision live than it began with.
    const service = (await findings.attempt(settleRollout(seen, inputs, aws, world))) ?? seen;
    findings.add(...serviceProblems(service));
    if (service.status !== 'ACTIVE')
        return undefined;
    const [live, from, tasks] = await Promise.all([
        findings.attempt(service_revision(service.taskDefinition, aws)),
        findings.attempt(startingPoint(inputs.taskDefinition, service, aws, world)),
        findings.attempt(tryTasks(service, place, aws)),
        findings.attempt(tryTargets(service, inputs, aws)),
    ]);
    if (!live)
        return undefined;
    warnOfUnfinished(service, live, voice);
    const start = from ?? live;
    const container = chooseContainer(start.body, place.container);
    if (container instanceof DeployError) {
        findings.add(container);
        return undefined;
    }
    findings.add(...secretProblems(start.body, container, [...OWN_VARIABLES, ...inputs.environment.keys()]));
    const fallback = tasks &&
        (await findFallback(service, live, tasks, { cluster: place.cluster, container }, aws.ecs, voice));
    if (tasks && !fallback && !inputs.allowNoFallback)
        findings.add(noFallback(service));
    await Promise.all([
        fallback && warnOfFallbackImage(fallback, live, container, aws, voice),
        warnOfDuration(service, start.body, inputs, aws, voice),
        inputs.taskDefinition === 'latest' ? undefined : warnOfNewer(live, aws, voice),
    ]);
    return { service, live, from: start, container, architecture: cpuArchitecture(start.body), fallback };
}
/** Throws `wrong-account` when the credentials are of another account than the inputs name. */
async function checkAccount({ account }, aws) {
    if (account === undefined)
        return;
    const identity = await aws.identity();
    if (account !== identity.account) {
        throw new DeployError('wrong-account', `The credentials are of account ${identity.account}, not ${account}.`, {
            hint: 'Check aws-account, and which role the job assumes.',
        });
    }
}
/** The service as ECS shows it; throws `cluster-missing` or `service-missing`. */
async function findService({ cluster, service, region }, { ecs }) {
    const found = await ecs.service(cluster, service);
    if (found)
        return found;
    throw new DeployError('service-missing', `There is no service ${lastPart(service)} in the cluster ${lastPart(cluster)} in ${region}.`, {
        hint: 'Check the inputs service, cluster and aws-region.',
    });
}
/** A revision that the service runs; throws when it cannot be described. */
async function service_revision(arn, { ecs }) {
    const found = await ecs.taskDefinition(arn);
    if (found)
        return found;
    throw new DeployError('task-definition-invalid', `The live revision ${lastPart(arn)} cannot be described.`, {
        hint: 'It was deleted: point the service at another revision first.',
    });
}
/** The running tasks, and on EC2 their instances: the health step has to be allowed to ask for both. */
async function tryTasks({ name }, { cluster }, { ecs }) {
    const tasks = await ecs.tasks(cluster, name, 'RUNNING');
    const instances = tasks.flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []);
    await ecs.instanceIds(cluster, [...new Set(instances)]);
    return tasks;
}
/** Target health is a required read: better to learn now than after the change that it is not allowed. */
async function tryTargets({ loadBalancers }, { targetGroups }, { balancing }) {
    const used = loadBalancers.map(({ targetGroupArn }) => targetGroupArn);
    const foreign = targetGroups.find((arn) => !used.includes(arn));
    if (foreign !== undefined) {
        throw new DeployError('inputs', `The service does not register its tasks in ${foreign}.`, {
            hint: `Check the input target-groups; the service uses ${used.join(', ') || 'none'}.`,
        });
    }
    await Promise.all(used.map((arn) => balancing.targetHealth(arn)));
}
/** A newer revision than the live one is often a release that failed, or one that somebody prepared. */
async function warnOfNewer(live, { ecs }, voice) {
    const newest = await ecs.taskDefinition(live.family).catch(() => undefined);
    if (newest && newest.revision > live.revision) {
        voice.warn(`${lastPart(newest.arn)} is newer than the live ${lastPart(live.arn)} and not in use; this release starts from the live one unless task-definition says otherwise.`);
    }
}

;// CONCATENATED MODULE: ./lib/model/architecture.js

/** Docker's word for ECS's `cpuArchitecture`. */
function dockerArchitecture(cpuArchitecture) {
    return cpuArchitecture === 'ARM64' ? 'arm64' : 'amd64';
}
/** Whether an image for these architectures (Docker's words; none: unknown) runs where the task definition wants it. */
function architectureProblem(architectures, cpuArchitecture) {
    const wanted = dockerArchitecture(cpuArchitecture);
    if (architectures.length === 0 || architectures.includes(wanted))
        return undefined;
    return new DeployError('architecture-mismatch', `The image is for ${architectures.join(', ')}, but the task definition runs on ${cpuArchitecture}.`, {
        hint: `Build for linux/${wanted}, or change runtimePlatform in the task definition.`,
    });
}

;// CONCATENATED MODULE: ./lib/model/dockerignore.js
/** Where docker looks, first match wins: BuildKit prefers a file named after the Dockerfile. */
function dockerignorePaths(dockerfile, context) {
    return [
        `${dockerfile}.dockerignore`,
        context === '' || context === '.' ? '.dockerignore' : `${context.replace(/\/+$/, '')}/.dockerignore`,
    ];
}
/** Reads a .dockerignore; a line that is no valid pattern (docker refuses the build) leaves nothing out. */
function parseDockerignore(text) {
    return text
        .replace(/^\uFEFF/, '')
        .split(/\r?\n/)
        .flatMap((line) => (line.startsWith('#') ? [] : parseRule(line.trim())));
}
/** Whether docker leaves this file out of the context; the path is relative to the context, with slashes. */
function isIgnored(rules, path) {
    const parts = path.split('/');
    const selfAndParents = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    return rules.reduce((ignored, { pattern, kept }) => kept === ignored && selfAndParents.some((candidate) => pattern.test(candidate)) ? !kept : ignored, false);
}
function parseRule(line) {
    const kept = line.startsWith('!');
    const pattern = cleanPath(kept ? line.slice(1).trim() : line);
    if (pattern === '')
        return [];
    try {
        return [{ pattern: new RegExp(toExpression(pattern)), kept }];
    }
    catch {
        return [];
    }
}
/** Go's `filepath.Clean`, and the leading slash that means the context itself. */
function cleanPath(path) {
    if (path === '')
        return '';
    const parts = path.split('/').reduce((done, part) => {
        if (part === '' || part === '.')
            return done;
        if (part !== '..')
            return [...done, part];
        if (done.length > 0 && done.at(-1) !== '..')
            return done.slice(0, -1);
        return path.startsWith('/') ? done : [...done, part];
    }, []);
    return parts.length === 0 ? '.' : parts.join('/');
}
function toExpression(pattern) {
    const tokens = pattern.match(/\*\*\/?|\*|\?|\\.|[^*?\\]|\\/gs) ?? [];
    return `^${tokens.map((token, index) => translate(token, index === tokens.length - 1)).join('')}$`;
}
function translate(token, last) {
    if (token.startsWith('**'))
        return last ? '.*' : '(.*/)?';
    if (token === '*')
        return '[^/]*';
    if (token === '?')
        return '[^/]';
    if (token === '\\')
        return '\\\\';
    return '.+()|{}$'.includes(token) ? `\\${token}` : token;
}

;// CONCATENATED MODULE: ./lib/steps/preflight/build-plan.js



/** Decides tag, revision and the hash of the inputs. The tag is the commit's unless given; of a dirty tree it says so. */
function planBuild({ commit, inputs, repository, tag, dirty }, env) {
    const isDirty = dirty.length > 0;
    const revision = isDirty ? dirtyRevision(commit.sha, dirty) : commit.sha;
    return {
        inputs,
        repository,
        tag: isDirty ? revision : (tag ?? revision),
        revision,
        dirty: isDirty,
        source: commit.source,
        inputsHash: hashBuildInputs(inputs, resolveBuildArgs(inputs.buildArgs, env)),
    };
}
/**
 * What of the build context differs from the commit, after .dockerignore; paths are relative to the context.
 * The Dockerfile counts as part of the context wherever it lies.
 */
async function contextChanges(files, git, { context, dockerfile }) {
    const rules = parseDockerignore(await firstText(files, dockerignorePaths(dockerfile, context)));
    const { modified, untracked } = await git.changes(context);
    const recipe = external_node_path_.posix.relative(context, dockerfile);
    const sent = (path) => path === recipe || !isIgnored(rules, path);
    const outside = recipe.startsWith('../') ? await changedRecipe(git, dockerfile, recipe) : [];
    return {
        modified: [...outside, ...modified.filter(({ path }) => sent(path))],
        untracked: untracked.filter(sent),
    };
}
/** The files that make a tree dirty, with their content; none unless a tracked file was changed. */
async function dirtyFiles(git, { context }, { modified, untracked }) {
    return modified.length === 0 ? [] : [...modified, ...(await git.blobs(context, untracked))];
}
async function changedRecipe(git, dockerfile, recipe) {
    const { modified } = await git.changes(external_node_path_.posix.dirname(dockerfile));
    const own = modified.filter(({ path }) => path === external_node_path_.posix.basename(dockerfile));
    return own.map((file) => ({ ...file, path: recipe }));
}
async function firstText(files, paths) {
    for (const path of paths) {
        const text = await files.read(path);
        if (text !== undefined)
            return text;
    }
    return '';
}

;// CONCATENATED MODULE: ./lib/steps/preflight/source.js









/**
 * Looks at the checkout, or at the image that was given. What is wrong is added to the findings; undefined
 * is returned when too little is left to choose from.
 */
function lookAtSource(request, history, look) {
    return request.kind === 'build' ? lookAtCheckout(request, history, look) : source_lookAtImage(request, look);
}
async function lookAtCheckout(request, history, look) {
    const { aws, world, findings, voice } = look;
    const [commit, registry] = await Promise.all([
        findings.attempt(headOf(history)),
        findings.attempt(openRegistry(aws, request.repository)),
    ]);
    if (!commit)
        return undefined;
    const subject = redact(commit.subject);
    await voice.know({ gitSha: commit.sha, subject });
    const where = commit.branch === undefined ? '' : ` on ${commit.branch}`;
    world.log.info(`Commit ${commit.shortSha}${where} of ${commit.time}: ${subject}`);
    if ((await world.files.read(request.dockerfile)) === undefined)
        findings.add(noDockerfile(request));
    const changes = await findings.attempt(contextChanges(world.files, history, request).catch((error) => {
        throw outsideCheckout(request, error);
    }));
    if (!changes || !registry)
        return undefined;
    if (changes.modified.length > 0 && !request.allowDirty) {
        findings.add(dirtyTree(changes.modified.map(({ path }) => path)));
    }
    if (changes.untracked.length > 0) {
        voice.warn(`The build context holds files that are in no commit: ${some(changes.untracked)}. List them in .dockerignore, or commit them.`);
    }
    const dirty = await dirtyFiles(history, request, changes);
    return (cpuArchitecture) => {
        const platform = request.platform ?? `linux/${dockerArchitecture(cpuArchitecture)}`;
        const inputs = { ...request, platform };
        const plan = planBuild({ commit, repository: registry.repository, inputs, tag: request.tag, dirty }, world.env);
        const mismatch = architectureProblem([platform.split('/')[1] ?? ''], cpuArchitecture);
        if (mismatch)
            findings.add(mismatch);
        return reuseOrBuild(request, plan, registry, look);
    };
}
/**
 * An image of this commit and these inputs is reused; otherwise the engine and the registry's token are
 * asked for now, so that their absence is known before any change.
 */
async function reuseOrBuild(request, plan, registry, { world, findings }) {
    const found = await findings.attempt(findImage(world, registry, plan));
    if (found)
        return { kind: 'image', image: found };
    const { ecr } = registry;
    const [engine, password] = await Promise.all([
        findings.attempt(docker({ world, workspace: '.' }).engine()),
        findings.attempt(ecr.password((secret) => world.log.mask(secret))),
    ]);
    // With buildx-version the builder that is missing will be installed.
    const missing = engine && request.buildxVersion === undefined ? builderProblem(request, engine.builder) : undefined;
    if (missing)
        findings.add(missing);
    return password === undefined ? undefined : { kind: 'build', plan, request, registry, password };
}
/** The image that was given, with its commit: its label's, else `expected-sha`, else that of the run, with a warning. */
async function source_lookAtImage(request, { aws, world, findings, voice }) {
    const image = await findings.attempt(resolveImage(world, aws, request.image));
    if (!image)
        return undefined;
    const expectedSha = request.expectedSha ?? world.env['GITHUB_SHA'];
    if (image.gitSha === undefined && request.expectedSha === undefined) {
        const instead = expectedSha === undefined
            ? 'its commit is unknown'
            : `the run's own commit ${expectedSha.slice(0, 12)} is expected of it`;
        voice.warn(`The image's label ${REVISION_LABEL} names no commit: ${instead}.`);
    }
    return (cpuArchitecture) => {
        const mismatch = architectureProblem(image.architectures, cpuArchitecture);
        if (mismatch)
            findings.add(mismatch);
        return Promise.resolve({ kind: 'image', image: { ...image, expectedSha } });
    };
}
async function headOf(git) {
    const commit = await git.head();
    if (commit)
        return commit;
    throw new DeployError('dirty-tree', 'There is no git checkout to build.', {
        hint: 'Run actions/checkout before this step, or give image to release one that exists.',
    });
}
function noDockerfile({ dockerfile }) {
    return new DeployError('inputs', `There is no file ${dockerfile} to build from.`, {
        hint: 'Correct the input dockerfile: it is a path from the root of the workspace.',
    });
}
/** Git fails in a folder that does not exist or is in no checkout; what is one of ours, such as a cancel, stays as it is. */
function outsideCheckout({ context }, error) {
    if (error instanceof DeployError || error instanceof ProcessTimeout)
        return error;
    return new DeployError('inputs', `The build context ${context} is no folder of the checkout.`, {
        hint: 'Correct the input context: it is a path from the root of the workspace.',
        cause: error,
    });
}
function dirtyTree(paths) {
    return new DeployError('dirty-tree', `Tracked files of the build context are modified: ${some(paths)}.`, {
        hint: 'Commit them, or set allow-dirty to true to build all the same.',
    });
}
function some(paths) {
    const shown = paths.slice(0, 5).join(', ');
    return paths.length > 5 ? `${shown} and ${String(paths.length - 5)} more` : shown;
}

;// CONCATENATED MODULE: ./lib/steps/preflight/preflight.js









/** Looks before anything is touched: at the service and at the source side by side. Every problem is in one error. */
async function preflight(inputs, aws, world, voice) {
    const findings = new Findings();
    const history = git(world, '.');
    const look = { aws, world, findings, voice };
    // The first question alone: who has no credentials is told just that, and the other clients load meanwhile.
    const seen = await findings.attempt(findService(inputs.place, aws));
    const [service, choose] = await Promise.all([
        seen && lookAtService(seen, inputs, look),
        lookAtSource(inputs.source, history, look),
    ]);
    const source = service && (await choose?.(service.architecture));
    if (service && source) {
        const commits = { live: commitOf(service.live, service.container), next: commitIn(source) };
        const api = github(world, inputs.githubToken);
        await findings.attempt(refuseDowngrade(commits, inputs.allowDowngrade, history, api, voice));
        await voice.know({
            ...known(inputs, service),
            ...(commits.live === undefined ? {} : { previousGitSha: commits.live }),
        });
    }
    world.signal.throwIfAborted();
    findings.finish();
    if (!service || !source)
        throw new DeployError('internal', 'Preflight found neither a problem nor all that it looked for.');
    world.log.info(unproven(service, source));
    voice.note(story(service));
    return { ...service, source };
}
/** The commit that a source releases; of a dirty tree the commit that it differs from. */
function commitIn(source) {
    return (source.kind === 'image' ? releasedCommit(source.image) : source.plan.revision)?.replace(/-dirty-.*$/, '');
}
function known({ place, smoke }, { service, live, fallback }) {
    return {
        region: place.region,
        cluster: lastPart(service.clusterArn),
        service: service.name,
        previousTaskDefinitionArn: fallback?.taskDefinition ?? live.arn,
        ...(fallback?.digest === undefined ? {} : { previousImageDigest: fallback.digest }),
        ...(smoke ? { url: smoke.baseUrl.href } : {}),
    };
}
/** Only a change proves that it is allowed: what may still be denied is said before anything is built. */
function unproven({ from: { body } }, source) {
    const passes = body['taskRoleArn'] !== undefined || body['executionRoleArn'] !== undefined;
    const writes = [
        'ecs:RegisterTaskDefinition',
        'ecs:TagResource',
        'ecs:UpdateService',
        'ecs:StopServiceDeployment',
        ...(passes ? ['iam:PassRole'] : []),
        ...(source.kind === 'build' ? [`the push to ${source.plan.repository.uri}`] : []),
    ];
    return `All reads are allowed. Not provable without a change: ${writes.join(', ')}.`;
}
function story({ service, live, fallback }) {
    const runs = `${service.name} runs ${lastPart(live.arn)} with ${String(service.desiredCount)} tasks`;
    return `${runs}; ${fallback ? showFallback(fallback) : 'there is no way back'}`;
}

;// CONCATENATED MODULE: ./lib/steps/push.js






/** A push is repeated after a fault that may pass: layers that arrived are not sent again. */
const push_ATTEMPTS = 3;
/** How often ECR is asked for a digest that it has just taken, a second apart at most. */
const push_LOOKS = 5;
/**
 * Pushes what was built, and removes the login. Whatever is pushed or was there already is checked against the
 * architecture that the service runs on.
 */
async function push_push(built, cpuArchitecture, world, voice) {
    const image = built.kind === 'image' ? built.image : await pushBuilt(built, world);
    const mismatch = architectureProblem(image.architectures, cpuArchitecture);
    if (mismatch)
        throw mismatch;
    const gitSha = releasedCommit(image);
    await voice.know({
        imageDigest: image.digest,
        imageUri: image.uri,
        ...(gitSha === undefined ? {} : { gitSha }),
        ...(image.buildTime === undefined ? {} : { buildTime: image.buildTime }),
    });
    if (built.kind === 'image')
        voice.skip('the image is in its repository already');
    else
        voice.note(image.uri);
    return image;
}
async function pushBuilt({ image, registry, docker, config }, world) {
    try {
        return await pushAndConfirm(world, docker, registry, image);
    }
    finally {
        await removeDockerConfig(world, config.folder);
    }
}
/**
 * Pushes a built image and asks ECR for exactly that digest. Throws `push-failed`, `repository-missing`,
 * `tag-taken`, `docker-unavailable`, or `digest-mismatch` when ECR does not have what docker says it pushed.
 */
async function pushAndConfirm(world, docker, registry, built) {
    const digest = (await pushPatiently(world, docker, built)) ?? (await inspectedDigest(docker, built));
    if (digest === undefined) {
        throw new DeployError('push-failed', `Docker pushed ${built.reference} without saying its digest.`, {
            hint: 'Nothing is released by tag alone: use a Docker that reports digests (any since 1.6).',
        });
    }
    const image = await confirmed(world, registry, built, digest);
    await warnOfMovedTag(world, registry, built.tag, digest);
    return asPushed(registry.repository, image, { tag: built.tag, reused: false });
}
async function pushPatiently(world, docker, built) {
    const { clock, random, signal, log } = world;
    for (let attempt = 1;; attempt++) {
        const result = await docker.push(built.reference);
        if (!('error' in result))
            return result.digest;
        if (!result.again || attempt >= push_ATTEMPTS)
            throw result.error;
        log.info(`The push failed and is tried again: ${result.error.message}`);
        await clock.sleep((1 + random()) * 1_000 * 2 ** attempt, signal);
    }
}
/** The engine may know an image in several repositories: only ours counts. */
async function inspectedDigest(docker, { reference, repository }) {
    const prefix = `${repository.uri}@`;
    const found = await docker.repositoryDigests(reference);
    return found.find((text) => text.startsWith(prefix))?.slice(prefix.length);
}
async function confirmed(world, { ecr, repository }, built, digest) {
    const { clock, random, signal } = world;
    for (let look = 1; look <= push_LOOKS; look++) {
        const image = await readImage(world, ecr, repository, { digest });
        if (image)
            return ofThisCommit(image, built);
        if (look < push_LOOKS)
            await clock.sleep(random() * 1_000, signal);
    }
    throw new DeployError('digest-mismatch', `ECR has no ${digest} in ${repository.uri}, although docker pushed it.`, {
        hint: 'A proxy or mirror may stand between: push to the host that ECR names.',
    });
}
function ofThisCommit(image, { revision, reference }) {
    const label = image.labels[REVISION_LABEL];
    if (label === revision)
        return image;
    throw new DeployError('digest-mismatch', `The image pushed as ${reference} is labelled ${label ?? 'with no commit'} and not ${revision}.`, { hint: 'Another build used the same tag on this engine meanwhile; run the job again.' });
}
/** Somebody pushed another image under the same tag: we release ours by digest, and people should know. */
async function warnOfMovedTag(world, { ecr, repository }, tag, digest) {
    const now = await ecr.digest(repository, { tag }).catch((error) => {
        world.signal.throwIfAborted();
        if (error instanceof DeployError)
            return error;
        throw error;
    });
    if (now instanceof DeployError)
        world.log.warning(`Where the tag "${tag}" points is not known. ${now.message}`);
    else if (now !== digest) {
        world.log.warning(`The tag "${tag}" of ${repository.uri} was moved to ${now ?? 'nothing'} meanwhile. This release goes on with ${digest}.`);
    }
}

;// CONCATENATED MODULE: ./lib/modes/release.js




















/**
 * Takes a commit to a verified release. What it throws happened before the service was changed; from then on
 * it returns how the release ended.
 */
async function release(inputs, world, journal) {
    const aws = connect(world, inputs.place.region);
    const { cluster } = inputs.place;
    // Nothing live has changed yet: a failure here simply ends the run.
    const before = await journal.step('preflight', (voice) => preflight(inputs, aws, world, voice));
    const known = await journal.step('baseline', (voice) => baseline({ ...inputs, ...before }, world, voice));
    if (inputs.dryRun)
        return journal.step('register', (voice) => plan({ ...inputs, ...before }, world, voice));
    const built = await journal.step('build', (voice) => build_build(before.source, world, voice));
    const image = await journal.step('push', (voice) => push_push(built, before.architecture, world, voice));
    const next = await journal.step('register', (voice) => register({ ...inputs, ...before, image }, aws.ecs, world, voice));
    const fallback = await settledFallback(known, before.container, aws.ecs);
    // From here on the service is in motion: whatever goes wrong leads back.
    const subject = { ...inputs, ...before, cluster, fallback, next, recorded: true, failFast: true };
    let own;
    let tasks = [];
    try {
        own = await journal.step('deploy', (voice) => deploy(subject, aws.ecs, world, voice));
        const course = { ...subject, own };
        const service = await journal.step('wait', (voice) => wait(course, aws, world, voice));
        tasks = await journal.step('health', (voice) => health({ ...course, service }, aws, world, voice));
        await journal.step('identity', (voice) => identity_identity({ ...course, ...image, alone: false }, aws.ecs, world, voice));
        const expected = releasedCommit(image);
        await journal.step('smoke', (voice) => smoke({ ...course, expected, tasks }, world, voice));
        await requireLead({ ...course, service }, aws.ecs, world);
        await rememberEnd(world);
        await tagReleased(next, aws.ecs, journal.voice);
        return { kind: 'released' };
    }
    catch (error) {
        if (!journal.facts.changed)
            return failure(error, false);
        const change = {
            ...subject,
            own: { id: own?.id, taskDefinition: next.arn },
            before: before.service.deployments.map(({ id }) => id),
        };
        return await undo(error, change, own && { ...subject, own }, world, journal);
    }
    finally {
        const course = own && { ...subject, own, tasks };
        if (course)
            await journal.step('logs', (voice) => logs_logs(course, aws, world, voice));
    }
}

;// CONCATENATED MODULE: ./lib/steps/preflight/rollback-target.js






/** So many revisions are looked at to find one by its commit or by its tags. */
const rollback_target_MOST = 100;
/**
 * The revision that a rollback leads to. Throws `rollback-target-invalid` when there is none: not found, live already,
 * or of another family.
 */
async function findTarget(question, aws, voice) {
    const { to, service } = question;
    const family = familyAndRevision(service.taskDefinition)?.family ?? '';
    const found = await search(question, family, aws, voice);
    if (!found)
        throw notFound(to, family);
    if (found.arn === service.taskDefinition) {
        throw rollback_target_invalid(`${lastPart(found.arn)} is live already.`, 'Name another revision with rollback-to.');
    }
    if (found.family !== family) {
        throw rollback_target_invalid(`${lastPart(found.arn)} is of another family than the service's ${family}.`, 'Name a revision of the same family.');
    }
    return found;
}
function search(question, family, aws, voice) {
    const { to } = question;
    switch (to.kind) {
        case 'previous':
            return previous(question, family, aws, voice);
        case 'revision':
            return aws.ecs.taskDefinition(`${family}:${String(to.number)}`);
        case 'arn':
            return aws.ecs.taskDefinition(to.arn);
        case 'commit':
            return ofCommit(to.sha, question, family, aws);
    }
}
/** The last revision that was deployed successfully, is not live and was not rolled away from. */
async function previous({ cluster, service }, family, aws, voice) {
    const deployed = await deployedRevisions(cluster, service.name, aws.ecs).catch((error) => {
        if (!(error instanceof DeployError) || error.code === 'cancelled')
            throw error;
        voice.warn(`What was deployed before is known from tags alone. ${error.message} ${error.hint ?? ''}`.trimEnd());
        return [];
    });
    const good = goodRevisions(deployed).filter((arn) => arn !== service.taskDefinition);
    const left = new Set(deployed);
    const notLeft = ({ tags }) => tags.get(TAGS.result) !== 'rolled-back';
    const known = await first(good, aws, notLeft);
    if (known)
        return known;
    // ECS keeps service deployments for ninety days; what was released before is known by our tags.
    const older = (await aws.ecs.revisions(family)).filter((arn) => !left.has(arn) && arn !== service.taskDefinition);
    const found = await first(older, aws, ({ tags }) => tags.get(TAGS.result) === 'released');
    if (found)
        return found;
    throw rollback_target_invalid(`No earlier revision of ${service.name} is known to have been deployed successfully, beside those that it was rolled back from.`, `Name one with rollback-to: ${candidates([...left, ...older], service)}.`);
}
async function ofCommit(sha, { container, service }, family, aws) {
    const others = (await aws.ecs.revisions(family)).filter((arn) => arn !== service.taskDefinition);
    return first(others, aws, (revision) => commitOf(revision, container)?.startsWith(sha) ?? false);
}
async function first(arns, { ecs }, fits) {
    for (const arn of arns.slice(0, rollback_target_MOST)) {
        const revision = await ecs.taskDefinition(arn);
        if (revision && fits(revision))
            return revision;
    }
    return undefined;
}
function candidates(arns, { taskDefinition }) {
    const names = [...new Set(arns)].filter((arn) => arn !== taskDefinition).map(lastPart);
    return names.slice(0, 10).join(', ') || 'there is none beside the live one';
}
function notFound(to, family) {
    return rollback_target_invalid(`The family ${family} does not have ${rollback_target_nameOf(to)}.`, 'Correct the input rollback-to.');
}
function rollback_target_nameOf(to) {
    switch (to.kind) {
        case 'previous':
            return 'an earlier revision';
        case 'revision':
            return `a revision ${String(to.number)}`;
        case 'arn':
            return `the revision ${lastPart(to.arn)}`;
        case 'commit':
            return `an ACTIVE revision of commit ${to.sha.slice(0, 12)} that is not live`;
    }
}
function rollback_target_invalid(message, hint) {
    return new DeployError('rollback-target-invalid', message, { hint });
}

;// CONCATENATED MODULE: ./lib/steps/preflight/rollback.js









/** Looks before a rollback touches anything; every problem is in one error. */
async function preflightRollback(inputs, aws, world, voice) {
    const { place } = inputs;
    const findings = new Findings();
    const service = await findService(place, aws);
    await findings.attempt(checkAccount(place, aws));
    findings.add(...serviceProblems(service));
    findings.finish();
    if (inputs.unasked) {
        voice.warn('There is no base-url: the rollback is proven by revision, targets and image, not over HTTP.');
    }
    const smoke = inputs.smoke && (await askable(inputs.smoke, world, voice));
    const [live, tasks] = await Promise.all([
        service_revision(service.taskDefinition, aws),
        tryTasks(service, place, aws),
        tryTargets(service, inputs, aws),
    ]);
    const container = chooseContainer(live.body, place.container);
    if (container instanceof DeployError)
        throw container;
    const question = { cluster: place.cluster, service, to: inputs.to, container };
    const target = await findTarget(question, aws, voice);
    await refuseGoneImage(target, container, aws, voice);
    const [from, to] = [commitOf(live, container), commitOf(target, container)];
    await voice.know({
        region: place.region,
        cluster: lastPart(service.clusterArn),
        service: service.name,
        taskDefinitionArn: service.taskDefinition,
        previousTaskDefinitionArn: live.arn,
        ...(from === undefined ? {} : { previousGitSha: from }),
        ...(inputs.smoke ? { url: inputs.smoke.baseUrl.href } : {}),
    });
    world.signal.throwIfAborted();
    const commit = to === undefined ? '' : ` (commit ${to.slice(0, 12)})`;
    voice.note(`${service.name} goes from ${lastPart(live.arn)} back to ${lastPart(target.arn)}${commit}`);
    return { service, live, target, container, smoke, fallback: healthyStart(service, live, tasks, container) };
}
/** A service that cannot be reached now may well be the reason for the rollback, so that this is no reason to refuse it. */
async function askable(smoke, world, voice) {
    try {
        await reach(smoke, world);
        return smoke;
    }
    catch (error) {
        if (!(error instanceof DeployError) || error.code !== 'base-url-unreachable')
            throw error;
        voice.warn(`${error.message} The rollback is proven by revision, targets and image, not over HTTP.`);
        return undefined;
    }
}
/** The starting revision is worth going back to only when it was healthy: a stuck rollout is not. */
function healthyStart(service, live, tasks, container) {
    const settled = !inFlight(service) && primary(service)?.rolloutState !== 'FAILED';
    if (!settled || service.runningCount < service.desiredCount)
        return undefined;
    const digests = tasks
        .filter(({ taskDefinition }) => taskDefinition === live.arn)
        .flatMap(({ containers }) => containers.filter(({ name }) => name === container));
    return {
        taskDefinition: live.arn,
        digest: digests.find(({ imageDigest }) => imageDigest !== undefined)?.imageDigest,
        // What the live revision answers was not asked: it is on its way out.
        commit: undefined,
    };
}
async function refuseGoneImage(target, container, aws, voice) {
    const image = await lookAtImage(target.body, container, undefined, aws).catch((error) => {
        if (!(error instanceof DeployError) || error.code === 'cancelled')
            throw error;
        return { state: 'unknown', why: `its image cannot be looked at. ${error.message}` };
    });
    if (image.state === 'there')
        return;
    if (image.state === 'unknown') {
        voice.warn(`Whether ${lastPart(target.arn)} can be run is not certain: ${image.why}`);
        return;
    }
    throw new DeployError('rollback-target-invalid', `${lastPart(target.arn)} cannot be run: ${image.why}`, {
        hint: 'Name another revision with rollback-to.',
    });
}

;// CONCATENATED MODULE: ./lib/modes/rollback.js

















/**
 * Returns the service to an earlier good revision and proves it as a release is proven. What it throws happened before
 * the service was changed.
 */
async function rollback(inputs, world, journal) {
    const aws = connect(world, inputs.place.region);
    const before = await journal.step('preflight', (voice) => preflightRollback(inputs, aws, world, voice));
    if (inputs.dryRun)
        return planned(before, world);
    const next = await activeRevision(before.target, aws.ecs, world.log);
    return goBack({ ...before, target: next }, inputs, world, journal);
}
/** From here on the service is in motion. A rollback replaces whatever rollout is stuck. */
async function goBack(before, inputs, world, journal) {
    const aws = connect(world, inputs.place.region);
    const { cluster } = inputs.place;
    const { target: next, service, container } = before;
    const way = {
        ...inputs,
        ...before,
        cluster,
        next,
        recorded: true,
        failFast: true,
        deploymentTimeout: inputs.rollbackTimeout,
    };
    const wish = { ...way, inFlight: 'replace', forceNewDeployment: false };
    let own;
    let tasks = [];
    try {
        own = await journal.step('deploy', (voice) => deploy(wish, aws.ecs, world, voice));
        const course = { ...way, own };
        const settled = await journal.step('wait', (voice) => wait(course, aws, world, voice));
        tasks = await journal.step('health', (voice) => health({ ...course, service: settled }, aws, world, voice));
        const acceptedDigests = await pinnedDigests(next, container, aws, world);
        await journal.step('identity', (voice) => identity_identity({ ...course, acceptedDigests, alone: false }, aws.ecs, world, voice));
        await journal.step('smoke', (voice) => smoke({ ...course, ...questionOf(before), tasks }, world, voice));
        await requireLead({ ...course, service: settled }, aws.ecs, world);
        return await end(before, world, aws, journal);
    }
    catch (error) {
        if (!journal.facts.changed)
            return failure(error, false);
        if (world.signal.aborted)
            return goesOn(error, before);
        const ids = service.deployments.map(({ id }) => id);
        const change = { ...way, own: { id: own?.id, taskDefinition: next.arn }, before: ids };
        return asFailed(await undo(error, change, own && { ...way, own }, world, journal), before);
    }
    finally {
        const course = own && { ...way, own, tasks };
        if (course)
            await journal.step('logs', (voice) => logs_logs(course, aws, world, voice));
    }
}
/** The version is asked for where it is known what the answer has to be. */
function questionOf({ target, container, smoke }) {
    const expected = commitOf(target, container);
    return { expected, smoke: expected === undefined ? undefined : smoke };
}
async function end({ live, target, service, container }, world, { ecs }, { voice }) {
    await rememberEnd(world);
    const gitSha = commitOf(target, container);
    await voice.know({ taskDefinitionArn: target.arn, ...(gitSha === undefined ? {} : { gitSha }) });
    await tagResult(live.arn, 'rolled-back', ecs, voice);
    await tagReleased(target, ecs, voice);
    return {
        kind: 'rolled-back',
        state: `${service.name} is back on ${lastPart(target.arn)}, and that is proven.`,
    };
}
function planned({ target, live }, { log }) {
    const copy = target.status === 'ACTIVE'
        ? ''
        : `ecs:RegisterTaskDefinition (an equal copy of ${lastPart(target.arn)}), `;
    log.info(`A rollback would call ${copy}ecs:UpdateService with ${lastPart(target.arn)}.`);
    return {
        kind: 'planned',
        state: `Nothing was changed: ${lastPart(live.arn)} would go back to ${lastPart(target.arn)}.`,
    };
}
/** A rollback leads to a revision that was good before, so that a cancel does not turn it round. */
function goesOn(error, { target }) {
    const state = `The run was cancelled while ECS takes the service back to ${lastPart(target.arn)}; the post step says how it ended.`;
    return { kind: 'cancelled', error: asDeployError(error), state };
}
/** A service that is back where the rollback started, or has nowhere to go back to, has not been rolled back. */
function asFailed(outcome, { fallback }) {
    const { kind, error, state } = outcome;
    const failed = kind === 'rolled-back' || (kind === 'left-as-is' && !fallback);
    if (!failed || !error)
        return outcome;
    return { kind: 'rollback-failed', error, state: `The rollback failed. ${state ?? ''}`.trimEnd() };
}

;// CONCATENATED MODULE: ./lib/report/markdown.js

/*
 * Any text as GitHub-flavoured Markdown that shows just that text. Entities are never markup, so every
 * character that could begin some is written as one. Mentions and issue numbers are found in the finished
 * page, where an entity is a plain character again; a zero-width space after the sign breaks those.
 */
/** One line of any text, inert in a paragraph, a heading, a list or a table cell. */
function markdown_text(value, maxLength = 500) {
    return cleanLine(value, maxLength)
        .replace(/@|#(?=\d)/g, '$&\u200B')
        .replace(/[&<>"'`|\\*_{}[\]()!~:$+=^]|(?<=www)\.|^[-#]|(?<=^\d{1,9})\./gi, (sign) => `&#${String(sign.codePointAt(0))};`);
}
/** One line of any text in a fixed-width font. */
function code(value, maxLength = 500) {
    return `<code>${markdown_text(value, maxLength)}</code>`;
}
/** Lines of any text as a block, fenced by more backticks than any line begins with. */
function block(lines, language = '') {
    const clean = lines.flatMap((line) => cleanLines(line));
    const longest = Math.max(2, ...clean.map((line) => /`+/.exec(line)?.[0].length ?? 0));
    const fence = '`'.repeat(longest + 1);
    return [`${fence}${language}`, ...clean, fence].join('\n');
}
/** A table of cells that are Markdown already. */
function table(head, rows) {
    const row = (cells) => `| ${cells.join(' | ')} |`;
    return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}
/** Something that a reader may unfold. The title is any text, the body Markdown. */
function details(title, body) {
    return `<details><summary>${markdown_text(title)}</summary>\n\n${body}\n\n</details>`;
}

;// CONCATENATED MODULE: ./lib/report/summary.js






/** The runner drops a summary of more than 1 MiB (FileCommandManager.cs); a person stops reading long before. */
const MAX_LENGTH = 256 * 1_024;
/** The job summary: the verdict first, what changed, how it went, and the evidence folded below. */
function summary(outcome, journal) {
    const { facts } = journal;
    const parts = [
        headline(outcome, facts),
        ...cause(outcome),
        beforeAndAfter(facts),
        ...(facts.imageUri === undefined ? [] : [`Image: ${code(facts.imageUri)}`]),
        steps(journal),
        ...checks(facts.smoke ?? []),
        ...warnings(journal.warnings),
        ...differences(facts.difference ?? []),
        ...summary_lastLines(facts),
    ];
    return summary_cut(`${parts.join('\n\n')}\n`);
}
function headline(outcome, { service, gitSha, url }) {
    const what = service === undefined ? 'the service' : code(service);
    const commit = gitSha === undefined ? '' : ` at ${code(gitSha.slice(0, 12))}`;
    const where = url === undefined ? '' : ` · ${markdown_text(url)}`;
    const mark = succeeded(outcome) ? '✅' : '❌';
    const title = `${mark} ${what} ${succeeded(outcome) ? SUCCESSES[outcome.kind] : FAILURES[outcome.kind]}${commit}`;
    return `## ${title}\n\n${markdown_text(stateOfService(outcome))}${where}`;
}
const SUCCESSES = {
    released: 'released',
    planned: 'planned',
    'rolled-back': 'rolled back',
};
const FAILURES = {
    failed: 'failed: nothing was changed',
    'rolled-back': 'release failed and was rolled back',
    'left-as-is': 'release failed and was left in place',
    superseded: 'superseded by another deployment',
    cancelled: 'cancelled',
    'rollback-failed': 'not proven to be back: a person must look',
};
function cause({ error }) {
    if (!error)
        return [];
    const lines = error.message.split('\n').map((line) => markdown_text(line));
    return [
        `> [!CAUTION]\n> **${markdown_text(error.code)}**: ${lines.join('<br>')}${error.hint === undefined ? '' : `\n>\n> ${markdown_text(error.hint)}`}`,
        ...(error.evidence.length > 0 ? [details('Evidence', block(error.evidence.map(redact)))] : []),
    ];
}
function beforeAndAfter(facts) {
    const cell = (value) => (value === undefined ? '–' : code(value));
    const named = (arn) => cell(arn && lastPart(arn));
    return table(['', 'before', 'this run'], [
        ['revision', named(facts.previousTaskDefinitionArn), named(facts.taskDefinitionArn)],
        [
            'commit',
            cell(facts.previousGitSha?.slice(0, 12)),
            `${cell(facts.gitSha?.slice(0, 12))} ${markdown_text(facts.subject ?? '', 80)}`,
        ],
        ['image', cell(facts.previousImageDigest?.slice(0, 19)), cell(facts.imageDigest?.slice(0, 19))],
        ['deployment', '', cell(facts.deploymentId)],
    ]);
}
const summary_MARK = {
    passed: '✅',
    failed: '❌',
    skipped: '⏭️',
    'not reached': '·',
};
function steps({ plan, steps: records }) {
    const rows = [...new Set([...plan, ...records.map(({ name }) => name)])].map((name) => {
        const record = records.find((one) => one.name === name);
        if (!record)
            return [summary_MARK['not reached'], name, '', 'not reached'];
        return [summary_MARK[record.status], name, showDuration(record.took), markdown_text(record.note, 200)];
    });
    return table(['', 'step', 'time', ''], rows);
}
function checks(results) {
    if (results.length === 0)
        return [];
    const mark = { pass: '✅', flaky: '⚠️', fail: '❌', skipped: '⏭️' };
    const rows = results.map(({ check, verdict, detail, attempts, durationMs }) => [
        mark[verdict],
        markdown_text(check),
        markdown_text(detail, 200),
        String(attempts),
        showDuration(durationMs),
    ]);
    return [`### Smoke checks\n\n${table(['', 'check', 'found', 'requests', 'time'], rows)}`];
}
function warnings(all) {
    return all.length === 0 ? [] : [`### Warnings\n\n${all.map((line) => `- ${markdown_text(line)}`).join('\n')}`];
}
function differences(lines) {
    if (lines.length === 0)
        return [];
    return [
        details(`Task definition: ${String(lines.length)} differences, by name`, lines.map((line) => `- ${markdown_text(line)}`).join('\n')),
    ];
}
function summary_lastLines({ logs }) {
    if (!logs)
        return [];
    const title = `Last log lines: ${showCounts(logs.counts)}`;
    return [logs.lines.length === 0 ? markdown_text(title) : details(title, block(logs.lines))];
}
function summary_cut(page) {
    if (Buffer.byteLength(page) <= MAX_LENGTH)
        return page;
    return `${Buffer.from(page).subarray(0, MAX_LENGTH).toString('utf8')}\n\n… cut: the summary was longer than ${String(MAX_LENGTH / 1_024)} KiB.\n`;
}

;// CONCATENATED MODULE: ./lib/report/report.js




/** Tells everybody how the run ended: outputs, job summary, one error annotation. Nothing here changes the outcome. */
async function report(outcome, journal, world) {
    const { log, runner, clock } = world;
    const outputs = finalOutputs(journal.facts, outcome, clock.now() - journal.startedAt);
    await tolerate('The outputs', world, async () => {
        for (const [name, value] of outputs)
            await runner.output(name, value);
    });
    if (wantsSummary(world)) {
        await tolerate('The job summary', world, () => runner.summary(summary(outcome, journal)));
    }
    const { error } = outcome;
    if (error) {
        if (error.evidence.length > 0)
            log.quote(error.evidence.map(redact).join('\n'));
        log.error([`${error.code}: ${error.message}`, error.hint, stateOfService(outcome)].filter(Boolean).join('\n'));
    }
    else {
        log.info(`${succeeded(outcome) ? '✓' : '✗'} ${outcome.kind}: ${stateOfService(outcome)}`);
    }
}
/** Read here and not with the other inputs: a run whose inputs are wrong has a summary, too. */
function wantsSummary({ env }) {
    return env['INPUT_SUMMARY']?.trim().toLowerCase() !== 'false';
}
async function tolerate(what, { log }, work) {
    try {
        await work();
    }
    catch (error) {
        const why = redact(error instanceof Error ? error.message : String(error));
        log.warning(`${what} could not be written: ${why}`);
    }
}

;// CONCATENATED MODULE: ./lib/run.js








/** Does what the inputs ask and tells how it ended. Never throws: whatever goes wrong becomes the outcome. */
async function run_run(world) {
    const record = journal(world, planOf(world.env['INPUT_MODE']));
    const outcome = await attempt(world, record);
    // A cancelled run leaves the rest to its post step.
    if (outcome.kind !== 'cancelled')
        await rememberEnd(world);
    await report(outcome, record, world);
    await rememberReport(world);
    return outcome;
}
/** Finishes what a run left behind that was cancelled or killed; undefined when there was nothing to do. */
async function finish(world) {
    await cleanUp(world);
    if (endedUntold(world)) {
        world.log.warning('The run was cut off after its work was done and proven, before it could say so: nothing is undone.');
    }
    const saved = unfinished(world);
    if (!saved)
        return undefined;
    const record = journal(world, ['rollback']);
    const outcome = await recover(saved, readInputs(world.env), run_listening(world, record), record);
    if (!outcome)
        return undefined;
    if (outcome.state !== undefined)
        record.voice.warn(outcome.state);
    await report(outcome, record, world);
    return outcome;
}
/** Read here and not with the other inputs: a run whose inputs are wrong has a record, too. */
function planOf(mode) {
    return mode?.trim() === 'rollback' ? ROLLBACK_STEPS : RELEASE_STEPS;
}
async function attempt(world, record) {
    try {
        const inputs = readInputs(world.env);
        const heard = run_listening(world, record);
        return await (inputs.mode === 'release'
            ? release(inputs, heard, record)
            : rollback(inputs, heard, record));
    }
    catch (error) {
        return failure(error, record.facts.changed ?? false);
    }
}
/** A world whose every warning, also one of an adapter, is part of the record. */
function run_listening(world, { voice }) {
    return { ...world, log: { ...world.log, warning: (text) => voice.warn(text) } };
}

;// CONCATENATED MODULE: ./lib/main.js




/** The step itself. The runner cancels it with SIGINT and, 7.5 seconds later, SIGTERM (actions/runner, ProcessInvoker.cs). */
async function main() {
    const cancel = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM']) {
        process.on(name, () => cancel.abort(new DeployError('cancelled', `The run was cancelled (${name}).`)));
    }
    const outcome = await run_run(machine(process.env, process.cwd(), cancel.signal));
    process.exitCode = succeeded(outcome) ? 0 : 1;
}

;// CONCATENATED MODULE: ./lib/post.js



/** The post step: runs last, also after a failure, a cancel or a kill, and finishes what the main step left behind. */
async function post() {
    const outcome = await finish(machine(process.env, process.cwd(), new AbortController().signal));
    if (outcome && !succeeded(outcome))
        process.exitCode = 1;
}

;// CONCATENATED MODULE: ./lib/index.js
/** The two entries of the bundle; `dist/main.js` and `dist/post.js` call one each. */



var __webpack_exports__main = __webpack_exports__.i;
var __webpack_exports__post = __webpack_exports__.b;
export { __webpack_exports__main as main, __webpack_exports__post as post };
