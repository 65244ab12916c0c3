#!/usr/bin/env node
import { cli } from './index.js';

await cli(new URL('../action.yml', import.meta.url));
