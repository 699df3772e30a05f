// The official client keeps a small plan in the sandbox, and checks all that it is told.
import assert from "node:assert/strict";
import {
  APIErrorCode, APIResponseError, Client, collectPaginatedAPI, isFullBlock, isFullDataSource,
  isFullDatabase, isFullPage, iteratePaginatedAPI,
} from "@notionhq/client";

const [origin, auth, parentPage] = process.argv.slice(2);
const options = { baseUrl: origin, notionVersion: "2026-03-11", retry: false, logLevel: "error" };
const notion = new Client({ ...options, auth });
let steps = 0;

async function step(work) {
  const found = await work();
  steps += 1;
  return found;
}

async function refused(code, work, part = "") {
  await assert.rejects(work, (error) => {
    assert.ok(APIResponseError.isAPIResponseError(error), String(error));
    assert.equal(error.code, code);
    assert.ok(error.message.includes(part), error.message);
    assert.ok(error.request_id);
    return true;
  });
  steps += 1;
}

const words = (content) => [{ type: "text", text: { content } }];
const plain = (runs) => runs.map((run) => run.plain_text).join("");

// Who, and where.
const me = await step(() => notion.users.me({}));
assert.equal(me.type, "bot");
await refused(APIErrorCode.Unauthorized, () => new Client({ ...options, auth: "x" }).users.me({}));
const page = await step(() => notion.pages.retrieve({ page_id: parentPage }));
assert.ok(isFullPage(page));

// Two databases, one referring to the other.
async function database(title, properties) {
  const made = await step(() => notion.databases.create({
    parent: { type: "page_id", page_id: parentPage },
    title: words(title),
    description: words(`About ${title}`),
    initial_data_source: { properties: { Name: { title: {} }, ...properties } },
  }));
  assert.ok(isFullDatabase(made));
  assert.equal(plain(made.description), `About ${title}`);
  return made;
}
const goalsBase = await database("Goals", {
  Status: { select: { options: [{ name: "Active" }, { name: "Done" }] } },
  Due: { date: {} },
  Target: { number: { format: "percent" } },
});
const goals = goalsBase.data_sources[0].id;
const tasksBase = await database("Tasks", {
  Goals: { relation: { data_source_id: goals, type: "single_property", single_property: {} } },
  Done: { checkbox: {} },
  Labels: { multi_select: {} },
  State: { status: {} },
  Link: { url: {} },
  Mail: { email: {} },
  Phone: { phone_number: {} },
  Made: { created_time: {} },
  Edited: { last_edited_time: {} },
  "Sync ID": { rich_text: {} },
});
const tasks = tasksBase.data_sources[0].id;

const schema = await step(() => notion.dataSources.retrieve({ data_source_id: tasks }));
assert.ok(isFullDataSource(schema));
assert.equal(schema.properties.Name.id, "title");
assert.equal(schema.properties.Goals.relation.data_source_id, goals);
const children = await step(() => notion.blocks.children.list({ block_id: parentPage }));
assert.ok(children.results.every(isFullBlock));
assert.deepEqual(children.results.map((it) => it.child_database.title), ["Goals", "Tasks"]);

// Rows.
const goal = await step(() => notion.pages.create({
  parent: { type: "data_source_id", data_source_id: goals },
  properties: {
    Name: { title: words("Learn SQL") },
    Status: { select: { name: "Paused" } },
    Due: { date: { start: "2026-06-01T09:00:00", time_zone: "Europe/Berlin" } },
    Target: { number: 0.5 },
  },
}));
assert.ok(isFullPage(goal));
assert.equal(goal.properties.Status.select.name, "Paused");
assert.deepEqual(goal.properties.Due.date,
  { start: "2026-06-01T09:00:00.000+02:00", end: null, time_zone: null });
const task = await step(() => notion.pages.create({
  parent: { type: "data_source_id", data_source_id: tasks },
  properties: {
    Name: { title: words("Book the course") },
    Goals: { relation: [{ id: goal.id }] },
    Labels: { multi_select: [{ name: "sql" }, { name: "deep work" }] },
    Link: { url: "https://example.org" },
    Mail: { email: "ada@example.org" },
    Phone: { phone_number: "+49 30 1" },
    "Sync ID": { rich_text: words("01ARZ3NDEKTSV4RRFFQ69G5FAV") },
  },
}));
const ids = Object.fromEntries(Object.entries(schema.properties).map(([name, it]) => [name, it.id]));
await step(() => notion.pages.update({ page_id: task.id, properties: { [ids.Done]: { checkbox: true } } }));
await step(() => notion.pages.update({ page_id: task.id, properties: { Link: { url: null } } }));
const again = await step(() => notion.pages.retrieve({ page_id: task.id }));
assert.equal(again.properties.Done.checkbox, true);
assert.equal(again.properties.Link.url, null);
assert.equal(plain(again.properties.Name.title), "Book the course");
const related = await step(() => notion.pages.properties.retrieve(
  { page_id: task.id, property_id: ids.Goals }));
assert.deepEqual(related.results.map((it) => it.relation.id), [goal.id]);
const done = await step(() => notion.pages.properties.retrieve(
  { page_id: task.id, property_id: ids.Done }));
assert.equal(done.checkbox, true);

// Lists.
for (let number = 0; number < 7; number += 1) {
  await notion.pages.create({
    parent: { data_source_id: tasks }, properties: { Name: { title: words(`More ${number}`) } },
  });
}
const listed = await step(() => collectPaginatedAPI(notion.dataSources.query,
  { data_source_id: tasks, page_size: 3, sorts: [{ timestamp: "created_time", direction: "ascending" }] }));
assert.equal(listed.length, 8);
assert.ok(listed.every(isFullPage));
const marked = await step(() => notion.dataSources.query({
  data_source_id: tasks,
  filter: { property: ids["Sync ID"], rich_text: { equals: "01ARZ3NDEKTSV4RRFFQ69G5FAV" } },
}));
assert.deepEqual(marked.results.map((it) => it.id), [task.id]);
const recent = await step(() => notion.dataSources.query({
  data_source_id: tasks,
  filter: { and: [
    { timestamp: "last_edited_time", last_edited_time: { on_or_after: task.last_edited_time } },
    { property: "Done", checkbox: { equals: true } },
  ] },
}));
assert.deepEqual(recent.results.map((it) => it.id), [task.id]);
let found = 0;
for await (const it of iteratePaginatedAPI(notion.search,
  { query: "goals", filter: { property: "object", value: "data_source" } })) {
  assert.ok(isFullDataSource(it));
  found += 1;
}
assert.equal(found, 1);
steps += 1;

// Bodies.
const block = (type, content, more = {}) => ({ object: "block", type, [type]: { rich_text: words(content), ...more } });
const told = (it) => plain(it[it.type].rich_text ?? []);
const list = (block_id) => collectPaginatedAPI(notion.blocks.children.list, { block_id, page_size: 4 });
const review = await step(() => notion.pages.create({
  parent: { data_source_id: goals },
  properties: { Name: { title: words("Week 47") } },
  children: [
    block("heading_1", "Facts", { color: "blue" }),
    block("bulleted_list_item", "Learn SQL", { children: [block("numbered_list_item", "on track")] }),
    block("toggle", "More", { children: [block("paragraph", "inside", { children: [block("quote", "deep")] })] }),
    block("to_do", "Ticked", { checked: true }),
    block("callout", "Mind the rest days", { icon: { type: "emoji", emoji: "🌱" } }),
    block("code", "select 1", { language: "sql" }),
    { object: "block", type: "divider", divider: {} },
    block("heading_2", "What went well?"),
    block("heading_3", "Folded", { is_toggleable: true }),
    { paragraph: { rich_text: [{ text: { content: "a", link: { url: "https://example.org" } }, annotations: { bold: true } }] } },
  ],
}));
const parts = await step(() => list(review.id));
assert.ok(parts.every(isFullBlock));
assert.deepEqual(parts.map((it) => it.type), ["heading_1", "bulleted_list_item", "toggle", "to_do",
  "callout", "code", "divider", "heading_2", "heading_3", "paragraph"]);
assert.equal(parts[3].to_do.checked, true);
assert.deepEqual(parts[4].callout.icon, { type: "emoji", emoji: "🌱" });
const inside = await step(() => notion.blocks.children.list({ block_id: parts[2].id }));
assert.deepEqual(inside.results.map(told), ["inside"]);
assert.equal(inside.results[0].parent.block_id, parts[2].id);
assert.equal(inside.results[0].has_children, true);
const after = await step(() => notion.blocks.children.append({
  block_id: review.id, children: [block("paragraph", "Sleep.")],
  position: { type: "after_block", after_block: { id: parts[7].id } },
}));
assert.deepEqual(after.results.map(told), ["Sleep.", "Folded", "a"]);
const first = await step(() => notion.blocks.children.append({
  block_id: review.id, children: [block("quote", "First")], position: { type: "start" },
}));
assert.deepEqual(first.results.map(told), ["First"]);
const last = await step(() => notion.blocks.children.append({
  block_id: review.id, children: [block("paragraph", "Last")] }));
const updated = await step(() => notion.blocks.update({
  block_id: last.results[0].id, paragraph: { rich_text: words("Very last") } }));
assert.equal(told(updated), "Very last");
await step(() => notion.blocks.update({ block_id: parts[3].id, to_do: { checked: false } }));
const unticked = await step(() => notion.blocks.retrieve({ block_id: parts[3].id }));
assert.deepEqual([told(unticked), unticked.to_do.checked], ["Ticked", false]);
const deleted = await step(() => notion.blocks.delete({ block_id: parts[6].id }));
assert.deepEqual([deleted.type, deleted.in_trash], ["divider", true]);
await step(() => notion.blocks.delete({ block_id: parts[2].id }));
assert.equal((await step(() => notion.blocks.retrieve({ block_id: inside.results[0].id }))).in_trash, true);
await step(() => notion.blocks.update({ block_id: parts[2].id, in_trash: false }));
assert.deepEqual((await list(review.id)).map(told), ["First", "Facts", "Learn SQL", "More", "Ticked",
  "Mind the rest days", "select 1", "What went well?", "Sleep.", "Folded", "a", "Very last"]);
await refused(APIErrorCode.ValidationError, () => notion.blocks.update(
  { block_id: parts[7].id, paragraph: { rich_text: [] } }), "Expected block type heading_2");
await refused(APIErrorCode.ValidationError, () => notion.blocks.update(
  { block_id: parts[6].id, divider: {} }), "archived");
await refused(APIErrorCode.ValidationError, () => notion.blocks.children.append(
  { block_id: review.id, children: [block("paragraph", "x")], after: parts[0].id }), "body.after");
await refused(APIErrorCode.ValidationError, () => notion.blocks.children.append(
  { block_id: review.id, children: Array(101).fill(block("paragraph", "x")) }), "101");
await refused(APIErrorCode.ObjectNotFound, () => notion.blocks.retrieve(
  { block_id: "5e000000-0000-4000-8000-000000000999" }), "Could not find block");
await step(() => notion.pages.update({ page_id: review.id, in_trash: true }));
assert.equal((await step(() => notion.blocks.retrieve({ block_id: parts[0].id }))).in_trash, true);

// Schemas.
const renamed = await step(() => notion.dataSources.update({
  data_source_id: tasks, properties: { Done: { name: "Ticked" }, Note: { rich_text: {} } },
}));
assert.equal(renamed.properties.Ticked.id, ids.Done);
await step(() => notion.dataSources.update({ data_source_id: tasks, properties: { Note: null } }));
await step(() => notion.databases.update({ database_id: tasksBase.id, title: words("To do") }));

// Trash.
const trashed = await step(() => notion.pages.update({ page_id: task.id, in_trash: true }));
assert.equal(trashed.in_trash, true);
await refused(APIErrorCode.ValidationError,
  () => notion.pages.update({ page_id: task.id, properties: { Link: { url: null } } }), "archived");
await step(() => notion.pages.update({ page_id: task.id, in_trash: false }));
await step(() => notion.pages.update({ page_id: task.id, is_archived: true }));
assert.equal((await notion.dataSources.query({ data_source_id: tasks })).results.length, 7);
await step(() => notion.pages.update({ page_id: task.id, is_archived: false }));
await step(() => notion.blocks.delete({ block_id: tasksBase.id }));
await refused(APIErrorCode.ObjectNotFound, () => notion.dataSources.query({ data_source_id: tasks }));

// Refusals.
await refused(APIErrorCode.ObjectNotFound, () => notion.pages.retrieve(
  { page_id: "5e000000-0000-4000-8000-000000000999" }), "Could not find page");
await refused(APIErrorCode.ValidationError, () => notion.pages.retrieve({ page_id: "AAA" }), "valid uuid");
await refused(APIErrorCode.ValidationError, () => notion.pages.create({
  parent: { data_source_id: goals }, properties: { Genre: { checkbox: true } },
}), "Genre is not a property that exists.");
await refused(APIErrorCode.ValidationError, () => notion.pages.create({
  parent: { data_source_id: goals }, properties: { Name: { title: words("x".repeat(2001)) } },
}), "2001");
await refused(APIErrorCode.ValidationError, () => new Client(
  { ...options, auth, notionVersion: "2025-09-03" }).users.me({}), "2025-09-03");

console.log(JSON.stringify({ steps }));
