/** What travels in a JSON body. Task definitions are kept as they came, so unknown fields survive. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json | undefined;
}
