// Holds objects against the zod schemas of Doist's SDK: node schemas.mjs FILE.
// FILE has {"items": [...], "projects": [...], ...}; prints how many of how many pass.
import { readFileSync } from 'node:fs'
import {
    CommentSchema, LabelSchema, ProjectSchema, SectionSchema, SyncErrorSchema, SyncResponseSchema,
    SyncUserSchema, TaskSchema,
} from '@doist/todoist-sdk'
import { camelCaseKeys } from './node_modules/@doist/todoist-sdk/dist/esm/utils/case-conversion.js'

const schemas = {
    items: TaskSchema, projects: ProjectSchema, sections: SectionSchema, labels: LabelSchema,
    notes: CommentSchema, users: SyncUserSchema, errors: SyncErrorSchema, replies: SyncResponseSchema,
}
const opaqueKeyMaps = new Set(['sync_status', 'temp_id_mapping'])
const objects = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const counts = {}
for (const [name, rows] of Object.entries(objects)) {
    const failed = rows
        .map((raw) => [raw, schemas[name].safeParse(camelCaseKeys(raw, { opaqueKeyMaps }))])
        .filter(([, result]) => !result.success)
    for (const [raw, result] of failed) {
        console.error(name, JSON.stringify(raw), result.error.message)
    }
    counts[name] = { passed: rows.length - failed.length, of: rows.length }
}
console.log(JSON.stringify(counts))
