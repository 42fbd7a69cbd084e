// A certified OpenID provider on a loopback port: node openid_provider.mjs NODE_MODULES SETTINGS
//
// SETTINGS is JSON: issuer, port, clientId, secret, returnAddress. Whoever signs in as NAME has the address
// NAME@bakery.example, which is verified unless the name is "unverified". Each start has a new key, and knows nobody.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, settings] = process.argv.slice(2);
const { issuer, port, clientId, secret, returnAddress } = JSON.parse(settings);
const { default: Provider } = await import(pathToFileURL(createRequire(`${modules}/`).resolve("oidc-provider")));

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const claims = (name) => ({
  sub: name,
  email: `${name}@bakery.example`,
  email_verified: name !== "unverified",
  name: name.toUpperCase(),
});
const provider = new Provider(issuer, {
  clients: [{ client_id: clientId, client_secret: secret, redirect_uris: [returnAddress] }],
  jwks: { keys: [privateKey.export({ format: "jwk" })] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  findAccount: (_context, name) => ({ accountId: name, claims: () => claims(name) }),
  cookies: { keys: [randomBytes(32).toString("hex")] },
  pkce: { required: () => true },
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
