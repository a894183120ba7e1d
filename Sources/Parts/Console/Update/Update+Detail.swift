import MeshModel
import Quantities
import TerminalUI

extension Model {
    /// Opens the page of what is selected; in a table of the row, so that a service is shown with all its versions.
    mutating func showDetail(_ effects: inout [Effect]) {
        chooseRowUnderCursor()
        if let row = openTable?.rowUnderCursor { return showDetail(of: row.subject, &effects) }
        switch selection {
        case .node(let id): showDetail(of: .node(id), &effects)
        case .edge(let id): showDetail(of: .edge(id), &effects)
        case nil: say(.info, "select something first")
        }
    }

    mutating func showDetail(of subject: MeshSubject, _ effects: inout [Effect]) {
        show(.detail(subject), &effects)
    }

    /// Makes `subject` the page that is open, and what every screen has selected.
    mutating func enterDetail(_ subject: MeshSubject, _ effects: inout [Effect]) {
        if detail?.subject != subject { detail = DetailState(subject, historySpan) }
        switch subject {
        case .node(let id): choose(.node(id))
        case .edge(let id): choose(.edge(id))
        case .service:
            let members = mesh.map { subject.members(in: $0.snapshot) } ?? []
            let isSelected = members.contains { .node($0.id) == selection }
            if !isSelected, let busiest = members.max(by: { ($0.inbound?.rate ?? .zero) < ($1.inbound?.rate ?? .zero) })
            {
                choose(.node(busiest.id))
            }
        }
        prepareTraces(&effects)
        followHistory(&effects)
    }

    // MARK: The past of the subject

    mutating func chooseSpan(_ effects: inout [Effect]) {
        historySpan = historySpan.next
        guard let subject = detail?.subject else { return }
        detail?.history = SubjectHistory(subject, historySpan)
        followHistory(&effects)
    }

    /// Asks for the moments that the charts do not have yet.
    mutating func followHistory(_ effects: inout [Effect]) {
        guard case .detail = screen, let mesh, let detail, detail.history.asked == nil else { return }
        let history = detail.history
        if history.problem != nil {
            if time.isLive {
                self.detail?.history.see(history.subject.traffic(in: mesh.snapshot), at: mesh.snapshot.time)
            }
            return
        }
        let missing = history.missing(until: mesh.snapshot.time)
        guard !missing.isEmpty else { return }
        historyQuestions += 1
        self.detail?.history.asked = historyQuestions
        effects.append(
            .askHistory(
                HistoryQuestion(
                    number: historyQuestions, subject: history.subject, ends: missing, step: history.span.step)))
    }

    mutating func takeHistory(
        _ question: HistoryQuestion, _ result: Result<[TrafficSummary?], MeshPastFailure>, _ effects: inout [Effect]
    ) {
        guard detail?.history.asked == question.number, let time = mesh?.snapshot.time else { return }
        detail?.history.asked = nil
        switch result {
        case .success(let traffic): detail?.history.set(traffic, at: question.ends, until: time)
        case .failure(let failure): detail?.history.problem = failure.description
        }
        followHistory(&effects)
    }

    // MARK: Moving on the page

    /// One step marks the next line that leads somewhere; more of them scroll.
    mutating func moveOnPage(by step: Int) {
        guard let detail else { return }
        let page = DetailPage(detail, self, size: geometry.body.size)
        let height = geometry.body.height
        let last = max(0, page.height - height)
        let links = page.links
        guard abs(step) == 1, !links.isEmpty else {
            let (moved, overflow) = detail.offset.addingReportingOverflow(step)
            self.detail?.offset = min(max(0, overflow ? last : moved), last)
            return
        }
        guard let next = detail.cursor.map({ $0 + step }) ?? (step > 0 ? 0 : nil), next >= 0 else {
            self.detail?.cursor = nil
            self.detail?.offset = 0
            return
        }
        let cursor = min(next, links.count - 1)
        let y = links[cursor].rect.y
        // A line of its surroundings stays in sight.
        let offset = min(max(detail.offset, y + 2 - height), max(0, y - 2))
        self.detail?.cursor = cursor
        self.detail?.offset = min(max(0, offset), last)
    }

    mutating func openLink(_ effects: inout [Effect]) {
        guard let detail else { return }
        let links = DetailPage(detail, self, size: geometry.body.size).links
        guard let cursor = detail.cursor else { return moveOnPage(by: 1) }
        guard links.indices.contains(cursor) else { return }
        switch links[cursor].link {
        case .subject(let subject): showDetail(of: subject, &effects)
        case .config(let key): show(.config(.object(key)), &effects)
        case .trace(let id):
            show(.waterfall(id), &effects)
            fetchListed(&effects)
        }
    }
}
