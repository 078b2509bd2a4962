// The one door of zod: other rooms build their schemas with this `z`.
export { z } from 'zod';
