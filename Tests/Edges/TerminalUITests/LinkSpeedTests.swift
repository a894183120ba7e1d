import Testing

@testable import TerminalUI

@Suite("The speed of a link") struct LinkSpeedTests {
    private func link(_ waits: [Int]) -> LinkSpeed {
        var link = LinkSpeed()
        for wait in waits { link.frame(waited: .milliseconds(wait)) }
        return link
    }

    @Test func `frames that wait a moment now and then say nothing`() {
        #expect(!link([Int](repeating: 20, count: 100)).isSlow)
        #expect(!link([500] + [Int](repeating: 0, count: 15) + [500] + [Int](repeating: 0, count: 15) + [500]).isSlow)
    }

    @Test func `three of a few that wait long say that it is slow, and it stays so`() {
        #expect(!link([200, 0, 200]).isSlow)
        #expect(link([200, 0, 200, 0, 0, 200]).isSlow)
        #expect(link([200, 200, 200] + [Int](repeating: 0, count: 100)).isSlow)
    }
}
