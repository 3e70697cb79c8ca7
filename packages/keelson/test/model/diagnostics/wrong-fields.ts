import * as field from "../../../src/declare/field.ts";
import { untyped, type WrongDeclarations, withFields } from "./wrong.ts";

const { text, integer, bigint, decimal, number, choice, money, date, timestamp, json, list, object } = field;

export const wrongFields: WrongDeclarations = {
  "a text's least length above the greatest": () => withFields({ note: text({ min: 10, max: 5 }) }),
  "a negative length": () => withFields({ note: text({ max: -1 }) }),
  "a length that is no whole number": () => withFields({ note: text({ min: 1.5 }) }),
  "a least value above the greatest": () => withFields({ stock: integer({ min: 10, max: 1 }) }),
  "an integer bound beyond 32 bits": () => withFields({ stock: integer({ max: 3_000_000_000 }) }),
  "a bigint bound as a number": () => withFields({ total: bigint(untyped({ min: 0 })) }),
  "a decimal bound that is none": () => withFields({ rate: decimal({ min: "1,5" }) }),
  "a money bound with a fraction": () => withFields({ price: money({ max: 12.5 }) }),
  "dates the wrong way round": () => withFields({ day: date({ min: "2026-02-01", max: "2026-01-01" }) }),
  "a date that does not exist": () => withFields({ day: date({ min: "2026-02-30" }) }),
  "a timestamp bound without offset": () => withFields({ at: timestamp({ min: "2026-02-01T00:00:00" }) }),
  "money bounds the wrong way round": () => withFields({ price: money({ min: 5, max: 1 }) }),
  "a number bound that is not finite": () => withFields({ rate: number({ max: Number.NaN }) }),
  "a pattern that is none": () => withFields({ sku: text({ pattern: "[A-Z" }) }),
  "a pattern that looks ahead": () => withFields({ sku: text({ pattern: "(?=.*\\d).+" }) }),
  "a pattern that refers back": () => withFields({ sku: text({ pattern: "(a)\\1" }) }),
  "a pattern that is too large": () => withFields({ sku: text({ pattern: "(?:a{100}){100}" }) }),
  "a choice of nothing": () => withFields({ status: untyped(choice)() }),
  "a choice with a word twice": () => withFields({ status: choice("draft", "paid", "draft") }),
  "a choice with an empty word": () => withFields({ status: choice("draft", "") }),
  "a choice with a word that is too long": () => withFields({ status: choice("x".repeat(101)) }),
  "a decimal with a scale alone": () => withFields({ rate: decimal({ scale: 2 }) }),
  "a decimal with more scale than precision": () => withFields({ rate: decimal({ precision: 4, scale: 6 }) }),
  "a decimal with too much precision": () => withFields({ rate: decimal({ precision: 2_000 }) }),
  "a currency in lower case": () => withFields({ price: money({ currency: "gbp" }) }),
  "a currency that is none": () => withFields({ price: money({ currency: "£" }) }),
  "a default that is too long": () => withFields({ note: text({ max: 3 }).default("hello") }),
  "a default that the pattern does not match": () =>
    withFields({ sku: text({ pattern: "[A-Z]+" }).default("abc") }),
  "a default of another kind": () => withFields({ stock: integer().default(untyped("0")) }),
  "a default outside the bounds": () => withFields({ stock: integer({ min: 1 }).default(0) }),
  "a default that is none of the choices": () =>
    withFields({ status: choice("draft", "paid").default(untyped("darft")) }),
  "a default in another currency": () =>
    withFields({ price: money({ currency: "GBP" }).default({ amount: 0, currency: "EUR" }) }),
  "a default with too many digits": () =>
    withFields({ rate: decimal({ precision: 4, scale: 2 }).default("1.234") }),
  "a default of null for a required field": () => withFields({ note: text().default(untyped(null)) }),
  "a default object with an unknown member": () =>
    withFields({ size: object({ width: integer() }).default(untyped({ width: 1, height: 2 })) }),
  "a database default of another kind": () => withFields({ note: text().defaultTo("now()") }),
  "a database default of another time": () => withFields({ day: date().defaultTo("now()") }),
  "an example that does not fit": () => withFields({ mail: field.email().example("nobody") }),
  "a unique json": () => withFields({ data: json({}).unique() }),
  "a unique boolean": () => withFields({ main: field.boolean().unique() }),
  "a field that is readOnly and writeOnly": () => withFields({ secret: text().readOnly().writeOnly() }),
  "json without a schema": () => withFields({ data: untyped(json)() }),
  "json with a mistyped keyword": () => withFields({ data: json({ type: "object", propertis: {} }) }),
  "json with an invalid schema": () => withFields({ data: json({ type: "text" }) }),
  "json with a pattern that looks behind": () =>
    withFields({ data: json({ type: "string", pattern: "(?<=a)b" }) }),
  "json with a schema library of another version": () =>
    withFields({ data: json(untyped({ "~standard": { version: 2, vendor: "x" } })) }),
  "a modifier inside a list": () => withFields({ tags: list(text().unique()) }),
  "a member of an object with a reserved name": () => withFields({ size: object({ toString: text() }) }),
  "an object with a wrong member": () => withFields({ size: object({ width: integer({ min: 2, max: 1 }) }) }),
  "a list of nothing": () => withFields({ tags: list(untyped({})) }),
};
