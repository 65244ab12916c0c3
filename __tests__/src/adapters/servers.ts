import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import https, { type ServerOptions } from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';

/** Servers on loopback, with the connections that they have had. */
export class Servers {
  readonly #servers: net.Server[] = [];
  readonly connections: Socket[] = [];

  /** Serves HTTP; gives the URL of its root. */
  async http(listener: RequestListener): Promise<string> {
    return `http://127.0.0.1:${await this.#listen(http.createServer({ keepAliveTimeout: 60_000 }, listener))}/`;
  }

  /** Serves HTTPS; gives the URL of its root. */
  async https(
    options: ServerOptions,
    listener: RequestListener = (_, response) => response.end('ok'),
  ): Promise<string> {
    return `https://localhost:${await this.#listen(https.createServer(options, listener))}/`;
  }

  /** Serves whatever `listener` does with a connection; gives the port. */
  tcp(listener: (socket: Socket) => void): Promise<number> {
    return this.#listen(net.createServer(listener));
  }

  /** Answers each request with these bytes; gives the URL. */
  async raw(answer: string, after: (socket: Socket) => void = () => undefined): Promise<string> {
    const port = await this.tcp((socket) => {
      socket.on('data', () => {
        socket.write(answer);
        after(socket);
      });
    });
    return `http://127.0.0.1:${port}/`;
  }

  /** Answers each connection with these bytes and reads nothing; gives the URL. */
  async deaf(answer: string): Promise<string> {
    return `http://127.0.0.1:${await this.tcp((socket) => socket.pause().write(answer))}/`;
  }

  /** Waits until the clients have closed all connections. */
  async closed(): Promise<void> {
    for (const socket of this.connections) if (!socket.closed) await once(socket, 'close');
  }

  /** Ends all connections and servers. */
  close(): void {
    for (const socket of this.connections.splice(0)) socket.destroy();
    for (const server of this.#servers.splice(0)) server.close();
  }

  async #listen(server: net.Server): Promise<number> {
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => undefined);
      this.connections.push(socket);
    });
    this.#servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
}
