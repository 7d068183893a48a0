// Make a signing key in the browser, keep it under a passphrase, and sign what is shown.
//
// The secret never leaves this device: it lies in its storage, AES-256-GCM under a key
// drawn from the passphrase by PBKDF2. Losing it costs a new registration, no money.

const SIGNS = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
const PROVES = "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
const ROUNDS = 600_000
const LEAST_LETTERS = 10
const PLACE = "tonle.signing-key."

const text = new TextEncoder()

export const hex = bytes => [...bytes].map(one => one.toString(16).padStart(2, "0")).join("")
export const bytes = written => Uint8Array.from(written.match(/../g) ?? [], one => parseInt(one, 16))

async function scheme() {
  const address = document.querySelector("link[data-noble]").href
  const { bls12_381 } = await import(address)
  return bls12_381.longSignatures
}

async function signed(secret, message, domain) {
  const bls = await scheme()
  return bls.Signature.toBytes(bls.sign(bls.hash(message, domain), secret))
}

export const sign = (secret, message) => signed(secret, message, SIGNS)

export async function publicOf(secret) {
  return (await scheme()).getPublicKey(secret).toBytes(true)
}

export async function prove(secret) {
  return signed(secret, await publicOf(secret), PROVES)
}

async function wrapping(passphrase, salt, rounds) {
  const typed = text.encode(passphrase.normalize("NFC"))
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"])
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }
  const aes = { name: "AES-GCM", length: 256 }
  return crypto.subtle.deriveKey(how, base, aes, false, ["encrypt", "decrypt"])
}

export async function keep(secret, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const key = await publicOf(secret)
  const wrap = await wrapping(passphrase, salt, ROUNDS)
  const how = { name: "AES-GCM", iv, additionalData: key }
  const sealed = new Uint8Array(await crypto.subtle.encrypt(how, wrap, secret))
  const kept = { salt: hex(salt), iv: hex(iv), sealed: hex(sealed), rounds: ROUNDS }
  localStorage.setItem(PLACE + hex(key), JSON.stringify(kept))
}

export async function open(key, passphrase) {
  const found = localStorage.getItem(PLACE + key)
  if (found === null) throw new Error("elsewhere")
  const kept = JSON.parse(found)
  const wrap = await wrapping(passphrase, bytes(kept.salt), kept.rounds)
  const how = { name: "AES-GCM", iv: bytes(kept.iv), additionalData: bytes(key) }
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, wrap, bytes(kept.sealed)))
  } catch {
    throw new Error("passphrase")
  }
}

// What is signed is read before: it says what the form says, or it is not signed.
function read(message, promised) {
  const said = new TextDecoder("utf-8", { fatal: true }).decode(message)
  const start = said.indexOf("\n")
  const facts = JSON.parse(said.slice(start + 1))
  if (said.slice(0, start) !== promised.kind) throw new Error("message")
  for (const [name, value] of Object.entries(promised.facts)) {
    if (JSON.stringify(facts[name]) !== JSON.stringify(value)) throw new Error("message")
  }
  return facts
}

async function asked(form) {
  const address = new URL(form.dataset.message, location.origin)
  for (const name of ["amount", "currency"]) {
    if (form.elements[name]) address.searchParams.set(name, form.elements[name].value)
  }
  const answer = await fetch(address, { headers: { Accept: "application/json" } })
  if (!answer.ok) throw new Error("refused")
  return answer.json()
}

async function signForm(form) {
  const { message, pledge } = await asked(form)
  const raw = bytes(message)
  const facts = read(raw, JSON.parse(form.dataset.promised))
  if (pledge !== undefined && facts.pledge !== pledge) throw new Error("message")
  if (form.elements.amount && facts.amount.minor !== minorOf(form.elements.amount.value)) {
    throw new Error("message")
  }
  const secret = await open(form.dataset.key, passphrase(form))
  form.elements.signature.value = hex(await sign(secret, raw))
  if (pledge !== undefined) form.elements.pledge_id.value = pledge
}

// "1234.5" in the smallest units of a currency with two decimals, as the form reads it.
function minorOf(typed) {
  const [whole, cents = ""] = typed.trim().split(".")
  return String(BigInt(whole + cents.padEnd(2, "0")))
}

const passphrase = form => form.querySelector("[data-passphrase]").value

async function makeForm(form) {
  const typed = passphrase(form)
  if (typed.length < LEAST_LETTERS) throw new Error("short")
  if (typed !== form.querySelector("[data-again]").value) throw new Error("differs")
  const secret = (await scheme()).keygen().secretKey
  const key = await publicOf(secret)
  await keep(secret, typed)
  form.elements.public_key.value = hex(key)
  form.elements.proof.value = hex(await prove(secret))
  if (form.dataset.old) {
    const old = await open(form.dataset.old, form.querySelector("[data-old-passphrase]").value)
    const facts = { new: hex(key), old: form.dataset.old, party: form.dataset.party, platform: form.dataset.platform }
    const message = text.encode("tonle/succession/v1\n" + JSON.stringify(facts))
    form.elements.consent.value = hex(await sign(old, message))
  }
}

function say(form, trouble) {
  for (const one of form.querySelectorAll("[data-trouble]")) {
    one.hidden = one.dataset.trouble !== trouble
  }
}

function watch(form, work) {
  form.addEventListener("submit", async event => {
    event.preventDefault()
    const button = form.querySelector("button")
    button.disabled = true
    say(form, "")
    try {
      await work(form)
      form.submit()
    } catch (error) {
      const known = form.querySelector(`[data-trouble="${CSS.escape(error.message)}"]`)
      say(form, known ? error.message : "other")
      button.disabled = false
    }
  })
}

for (const form of document.querySelectorAll("form[data-make]")) watch(form, makeForm)
for (const form of document.querySelectorAll("form[data-message]")) watch(form, signForm)
for (const one of document.querySelectorAll("[data-here]")) {
  one.hidden = localStorage.getItem(PLACE + one.dataset.here) === null
}
