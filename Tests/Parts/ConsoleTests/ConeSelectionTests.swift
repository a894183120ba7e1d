import TerminalUI
import Testing

@testable import Console

@Suite struct `An arrow` {
    private let boxes: [(String, Rect)] = [
        ("web", Rect(x: 0, y: 10, width: 10, height: 3)), ("catalog", Rect(x: 20, y: 2, width: 10, height: 3)),
        ("order", Rect(x: 20, y: 11, width: 10, height: 3)), ("payment", Rect(x: 40, y: 11, width: 10, height: 3)),
    ]

    private func go(_ direction: Direction, from name: String) -> String? {
        guard let origin = boxes.first(where: { $0.0 == name })?.1 else { return nil }
        return ConeSelection.nearest(from: origin, to: direction, among: boxes.filter { $0.0 != name })
    }

    @Test func `goes to the nearest box ahead`() {
        #expect(go(.right, from: "web") == "order")
        #expect(go(.right, from: "order") == "payment")
        #expect(go(.left, from: "payment") == "order")
        #expect(go(.up, from: "order") == "catalog")
        #expect(go(.down, from: "catalog") == "order")
    }

    @Test func `stays where there is nothing ahead`() {
        #expect(go(.left, from: "web") == nil)
        #expect(go(.right, from: "payment") == nil)
    }

    @Test func `reaches what lies outside the cone when nothing lies inside`() {
        #expect(go(.up, from: "web") == "catalog")
    }
}
