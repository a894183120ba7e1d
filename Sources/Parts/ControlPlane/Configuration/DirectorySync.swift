import JSONWire
import MeshConfig
package import Quantities
import YAMLWire

/// Brings the configuration directory into the store, file by file.
///
/// A file is applied when it is new or its content changed since it was last applied; otherwise what the API changed
/// stays. A file is applied as a whole or not at all: what is wrong with it is reported with its place, and what it
/// declared before stays in force. Files that need each other are applied together.
package final class DirectorySync {
    /// What came of one look at the directory.
    package struct Report: Hashable, Sendable {
        /// Paths of the files that were applied now, sorted.
        package var applied: [String] = []
        /// Why files were not applied, a line per error, in the order of the files. Only what was not reported before.
        package var errors: [String] = []
        package var notices: [String] = []

        package init() {}
    }

    private let configuration: LiveConfiguration
    private let now: () -> WallTime
    /// Errors and notices as they were last reported, by path: a broken file is reported once, not every two seconds.
    private var reported: [String: [String]] = [:]
    private var lastFiles: [String: String] = [:]
    private var lastRevision: Revision?

    package init(_ configuration: LiveConfiguration, now: @escaping () -> WallTime) {
        self.configuration = configuration
        self.now = now
    }

    /// Applies what is new or changed among the files that the directory holds now.
    package func sync(_ files: [ConfigurationFile]) -> Report {
        let fingerprints = Dictionary(files.map { ($0.path, $0.fingerprint) }) { first, _ in first }
        // Nothing changed on either side: a file that was refused would be refused again.
        guard fingerprints != lastFiles || configuration.store.revision != lastRevision else { return Report() }
        var report = Report()
        var refusals: [String: [String]] = [:]
        var notices: [String: [String]] = [:]
        do {
            let applied = try configuration.store.appliedFiles()
            let candidates = parse(
                files.filter { applied[$0.path]?.fingerprint != $0.fingerprint }.sorted { $0.path < $1.path },
                &refusals, &notices)
            let owners = owners(applied, present: Set(fingerprints.keys), candidates)
            var plans: [Plan] = []
            for candidate in candidates {
                do {
                    plans.append(try plan(candidate, applied[candidate.file.path], owners))
                } catch {
                    refusals[candidate.file.path, default: []] += error.lines
                }
            }
            report.applied = apply(plans, &refusals).sorted()
            for path in applied.keys where fingerprints[path] == nil {
                notices[path] = ["\(path): the file is gone; its objects stay until they are deleted through the API"]
            }
        } catch {
            refusals["", default: []].append("\(error)")
        }
        for path in Set(reported.keys).union(refusals.keys).union(notices.keys).sorted() {
            let lines = (refusals[path] ?? []) + (notices[path] ?? [])
            if lines != reported[path] ?? [] {
                report.errors += refusals[path] ?? []
                report.notices += notices[path] ?? []
            }
            reported[path] = lines.isEmpty ? nil : lines
        }
        lastFiles = fingerprints
        lastRevision = configuration.store.revision
        return report
    }
}

extension DirectorySync {
    /// What applying one file means.
    private struct Plan {
        let parsed: ParsedFile
        let edits: [Edit]
        let applied: AppliedFile

        var path: String { parsed.file.path }
    }

    private func parse(
        _ files: [ConfigurationFile], _ refusals: inout [String: [String]], _ notices: inout [String: [String]]
    ) -> [ParsedFile] {
        var result: [ParsedFile] = []
        for file in files {
            do {
                let parsed = try ParsedFile(file)
                if !parsed.notices.isEmpty { notices[file.path] = parsed.notices }
                result.append(parsed)
            } catch {
                refusals[file.path] = error.lines
            }
        }
        return result
    }

    /// Which file declares an object; of several, the first by name.
    private func owners(
        _ applied: [String: AppliedFile], present: Set<String>, _ candidates: [ParsedFile]
    ) -> [ObjectKey: String] {
        var declared: [String: [ObjectKey]] = [:]
        for (path, file) in applied where present.contains(path) { declared[path] = file.keys }
        for candidate in candidates { declared[candidate.file.path] = candidate.declarations.map(\.key) }
        var result: [ObjectKey: String] = [:]
        for (path, keys) in declared.sorted(by: { $0.key < $1.key }) {
            for key in keys where result[key] == nil { result[key] = path }
        }
        return result
    }

    private func plan(
        _ parsed: ParsedFile, _ before: AppliedFile?, _ owners: [ObjectKey: String]
    ) throws(FileRefusal) -> Plan {
        var edits: [Edit] = []
        var complaints: [String] = []
        for declaration in parsed.declarations {
            let key = declaration.key
            if let owner = owners[key], owner != parsed.file.path {
                complaints.append(
                    declaration.document.place("/metadata/name") + "\(key) is declared in \(owner) already; remove one")
                continue
            }
            // The version and identity in a file are somebody else's: what the file says now is what shall be.
            var body = declaration.document.value
            for name in ["resourceVersion", "uid", "managedFields"] { body["metadata"]?[name] = nil }
            let admission = ObjectAdmission(
                resource: key.kind, version: declaration.version, namespace: key.namespace, name: key.name,
                manager: Author.directory, now: now())
            do {
                let (_, admitted) = try admission.admit(body, replacing: configuration.store.object(key))
                edits.append(.put(key, admitted))
            } catch {
                complaints.append(declaration.document.place("/metadata") + error.message)
            }
        }
        guard complaints.isEmpty else { throw FileRefusal(complaints) }
        let keys = parsed.declarations.map(\.key)
        for key in before?.keys ?? [] where owners[key] == nil && !keys.contains(key) { edits.append(.delete(key)) }
        return Plan(
            parsed: parsed, edits: edits,
            applied: AppliedFile(path: parsed.file.path, fingerprint: parsed.file.fingerprint, keys: keys))
    }

    /// Applies all plans that are good together, and says for the others why they are not.
    ///
    /// First all at once; then without those that the errors lie in; and when the errors lie in none of them – a file
    /// that takes away what others need – one after the other, as long as that helps.
    private func apply(_ plans: [Plan], _ refusals: inout [String: [String]]) -> [String] {
        var plans = plans
        while !plans.isEmpty {
            guard let problems = change(plans, &refusals) else { return plans.map(\.path) }
            let guilty = Set(problems.compactMap(\.object))
            let blamed = plans.filter { plan in plan.parsed.declarations.contains { guilty.contains($0.key) } }
            guard !blamed.isEmpty else { return applyOneByOne(plans, &refusals) }
            for plan in blamed { refusals[plan.path, default: []] += lines(problems, plan) }
            plans.removeAll { plan in blamed.contains { $0.path == plan.path } }
        }
        return []
    }

    private func applyOneByOne(_ plans: [Plan], _ refusals: inout [String: [String]]) -> [String] {
        var waiting = plans
        var applied: [String] = []
        var complaints: [String: [String]] = [:]
        repeat {
            let before = waiting.count
            waiting.removeAll { plan in
                guard let problems = change([plan], &complaints) else {
                    applied.append(plan.path)
                    complaints[plan.path] = nil
                    return true
                }
                complaints[plan.path] = lines(problems, plan)
                return false
            }
            if waiting.count == before { break }
        } while !waiting.isEmpty
        for (path, lines) in complaints { refusals[path, default: []] += lines }
        return applied
    }

    /// Makes the plans' edits together. Nothing when that worked, otherwise what is wrong.
    private func change(_ plans: [Plan], _ refusals: inout [String: [String]]) -> [ConfigProblem]? {
        let why = plans.map(\.path).joined(separator: ", ")
        do {
            try configuration.change(
                plans.flatMap(\.edits), by: Author(who: Author.directory, why: why), files: plans.map(\.applied))
            return nil
        } catch {
            switch error {
            case .invalid(let problems): return problems
            case .storage(let error):
                for plan in plans { refusals[plan.path] = ["\(plan.parsed.file.displayPath): \(error)"] }
                return []
            }
        }
    }

    /// The problems that lie in the plan's file with their places; when none does, all of them with the file's name.
    private func lines(_ problems: [ConfigProblem], _ plan: Plan) -> [String] {
        let declarations = Dictionary(plan.parsed.declarations.map { ($0.key, $0) }) { first, _ in first }
        let own = problems.compactMap { problem in
            problem.object.flatMap { declarations[$0] }.map { problem.description(in: $0.document) }
        }
        guard own.isEmpty else { return own }
        return problems.map { "\(plan.parsed.file.displayPath): \($0)" }
    }
}
