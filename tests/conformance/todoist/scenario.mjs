// Drives Doist's own TypeScript SDK through the sandbox: node scenario.mjs ORIGIN TOKEN.
// The SDK validates every reply with its zod schemas, so each call is a check of shape too.
import assert from 'node:assert/strict'
import { TodoistApi, TodoistRequestError, TodoistSyncError, createCommand } from '@doist/todoist-sdk'

const [origin, token] = process.argv.slice(2)
const api = new TodoistApi(token, { baseUrl: origin })
let steps = 0
const step = async (name, act) => {
    try {
        const found = await act()
        steps += 1
        return found
    } catch (error) {
        console.error(`step '${name}' failed`)
        throw error
    }
}

const user = await step('the user', () => api.getUser())
assert.equal(user.tzInfo.timezone, 'Europe/Berlin')

const project = await step('a project', () => api.addProject({ name: 'Learning' }))
await step('its name', () => api.updateProject(project.id, { name: 'Learn' }))
assert.equal((await api.getProject(project.id)).name, 'Learn')
const projects = await step('projects', () => api.getProjects())
assert.deepEqual(projects.results.map((one) => one.name), ['Inbox', 'Learn'])
assert.equal((await step('search', () => api.searchProjects({ query: 'lea' }))).results.length, 1)

const section = await step('a section', () => api.addSection({ name: 'SQL', projectId: project.id }))
await step('its name', () => api.updateSection(section.id, { name: 'Databases' }))
assert.equal((await api.getSection(section.id)).name, 'Databases')

const task = await step('a task', () =>
    api.addTask({
        content: 'Read chapter 4', projectId: project.id, sectionId: section.id, priority: 4,
        dueDate: '2026-12-01', labels: ['deep'], duration: 45, durationUnit: 'minute',
        deadlineDate: '2026-12-31',
    }))
assert.equal(task.due.date, '2026-12-01')
assert.equal(task.priority, 4)
assert.deepEqual(task.duration, { amount: 45, unit: 'minute' })
const fixed = await step('a fixed time', () =>
    api.updateTask(task.id, { dueDatetime: '2026-12-01T08:00:00Z' }))
assert.equal(fixed.due.timezone, 'Europe/Berlin')
const undated = await step('no date', () => api.updateTask(task.id, { dueString: 'no date' }))
assert.equal(undated.due, null)
const sub = await step('a sub-task', () => api.addTask({ content: 'Take notes', parentId: task.id }))
assert.equal(sub.sectionId, section.id)
const before = await step('a move', () => api.moveTask(sub.id, { projectId: project.id }))
assert.equal(before.parentId, task.id, 'the reply to a move shows the task before it')
assert.equal((await api.getTask(sub.id)).parentId, null)
const moved = await step('a move by sync', () => api.moveTasks([sub.id], { sectionId: section.id }))
assert.equal(moved[0].sectionId, section.id)

const daily = await step('a habit', () => api.addTask({ content: 'Practise', dueString: 'every day' }))
assert.equal(daily.due.isRecurring, true)
assert.equal(await step('its tick', () => api.closeTask(daily.id)), true)
const next = await api.getTask(daily.id)
assert.equal(next.checked, false)
assert.ok(next.due.date > daily.due.date)

await step('a tick', () => api.closeTask(sub.id))
await assert.rejects(api.getTask(sub.id), (error) => error.httpStatusCode === 404)
const window = { since: '2026-04-01T00:00:00Z', until: '2026-06-15T00:00:00Z' }
const completed = await step('completed', () => api.getCompletedTasksByCompletionDate(window))
assert.deepEqual(completed.items.map((one) => one.id), [sub.id])
await step('a reopening', () => api.reopenTask(sub.id))
assert.equal((await api.getTask(sub.id)).checked, false)

const pages = []
let cursor = null
do {
    const page = await step('a page', () => api.getTasks({ limit: 1, cursor }))
    pages.push(...page.results.map((one) => one.content))
    cursor = page.nextCursor
} while (cursor)
assert.deepEqual(pages.sort(), ['Practise', 'Read chapter 4', 'Take notes'])
await assert.rejects(api.getTasks({ cursor: 'nonsense' }), (error) => error.httpStatusCode === 400)

const label = await step('a label', () => api.addLabel({ name: 'home' }))
await step('its name', () => api.updateLabel(label.id, { name: 'house' }))
assert.equal((await step('labels', () => api.getLabels())).results[0].name, 'house')
assert.deepEqual((await step('shared labels', () => api.getSharedLabels())).results, ['deep'])
await step('a shared rename', () => api.renameSharedLabel({ name: 'deep', newName: 'deeper' }))
assert.deepEqual((await api.getTask(task.id)).labels, ['deeper'])

const comment = await step('a comment', () => api.addComment({ taskId: task.id, content: 'Well done' }))
assert.equal(comment.taskId, task.id)
await step('its words', () => api.updateComment(comment.id, { content: 'Very well done' }))
const comments = await step('comments', () => api.getComments({ taskId: task.id }))
assert.equal(comments.results[0].content, 'Very well done')
const quick = await step('quick add', () => api.quickAddTask({ text: 'Draft outline', meta: true }))
assert.equal(quick.content, 'Draft outline')

const full = await step('everything', () =>
    api.sync({ syncToken: '*', resourceTypes: ['all'] }))
assert.equal(full.fullSync, true)
assert.equal(full.user.tzInfo.timezone, 'Europe/Berlin')
const made = await step('a chain of temporary ids', () =>
    api.sync({
        syncToken: full.syncToken,
        resourceTypes: ['items', 'projects', 'sections'],
        commands: [
            createCommand('project_add', { name: 'Chained' }, 'p'),
            createCommand('section_add', { name: 'First', projectId: 'p' }, 's'),
            createCommand('item_add', { content: 'Top', projectId: 'p', sectionId: 's' }, 't'),
            createCommand('item_add', { content: 'Below', parentId: 't' }, 'b'),
            createCommand('item_update', { id: 'b', due: { date: '2026-12-01T09:00:00' } }),
        ],
    }))
assert.equal(made.fullSync, false)
const below = made.items.find((one) => one.id === made.tempIdMapping.b)
assert.equal(below.sectionId, made.tempIdMapping.s)
assert.equal(below.due.timezone, null)

const commands = [
    createCommand('item_add', { content: 'Good', projectId: project.id }, 'good'),
    createCommand('item_move', { id: task.id, sectionId: '2222222222222222' }),
]
const partial = await step('a partial failure', () =>
    api.sync({ syncToken: made.syncToken, resourceTypes: ['items'], commands }).then(
        () => assert.fail('a failed command must be told'), (error) => error))
assert.ok(partial instanceof TodoistSyncError)
assert.equal(partial.syncStatus[commands[0].uuid], 'ok')
assert.equal(partial.syncStatus[commands[1].uuid].httpCode, 404)
const again = await step('a repetition', () =>
    api.sync({ syncToken: made.syncToken, resourceTypes: ['items'], commands: [commands[0]] }))
assert.equal(again.tempIdMapping.good, partial.tempIdMapping.good)
const good = (await api.getTasks({ projectId: project.id })).results
assert.equal(good.filter((one) => one.content === 'Good').length, 1)

await step('an archive', () => api.archiveProject(made.tempIdMapping.p))
assert.equal((await step('archived', () => api.getArchivedProjects())).results.length, 1)
await step('back again', () => api.unarchiveProject(made.tempIdMapping.p))
await step('a section away', () => api.archiveSection(section.id))
await step('and back', () => api.unarchiveSection(section.id))
for (const [name, act] of [
    ['no task', () => api.deleteTask(task.id)],
    ['no comment', () => api.deleteComment(comment.id)],
    ['no label', () => api.deleteLabel(label.id)],
    ['no section', () => api.deleteSection(section.id)],
    ['no project', () => api.deleteProject(made.tempIdMapping.p)],
]) {
    assert.equal(await step(name, act), true)
}
const stones = await step('tombstones', () =>
    api.sync({ syncToken: full.syncToken, resourceTypes: ['items', 'projects', 'sections'] }))
assert.ok(stones.items.some((one) => one.isDeleted) && stones.projects.some((one) => one.isDeleted))

const stranger = new TodoistApi('of-no-one', { baseUrl: origin })
const refused = await stranger.getUser().then(() => null, (error) => error)
assert.ok(refused instanceof TodoistRequestError)
assert.equal(refused.httpStatusCode, 401)
assert.equal(refused.responseData.error_tag, 'UNAUTHORIZED')
console.log(JSON.stringify({ steps }))
