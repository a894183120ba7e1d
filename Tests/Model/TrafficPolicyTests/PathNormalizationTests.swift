import Testing

@testable import TrafficPolicy

@Suite("Normalized paths") struct PathNormalizationTests {
    private func normalized(_ target: String) -> String? {
        switch NormalizedTarget(Array(target.utf8)[...]) {
        case .unchanged: target
        case .changed(let bytes): String(decoding: bytes, as: UTF8.self)
        case .refused: nil
        }
    }

    @Test(arguments: [
        ("/", "/"), ("/a/b?c=/../d", "/a/b?c=/../d"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/a/..", "/"),
        ("/a/.", "/a/"),
        ("/..", "/"), ("/../../a", "/a"), ("/a/b/../../../c", "/c"), ("/a/.../b", "/a/.../b"), ("/a/..b", "/a/..b"),
        ("/a/.b", "/a/.b"), ("/a./b", "/a./b"), ("/a../b", "/a../b"), ("//a", "//a"), ("/a//../b", "/a/b"),
        ("/%61dmin", "/admin"), ("/%41%5f%7E%2d%30", "/A_~-0"), ("/%2e%2E/a", "/a"), ("/a/%2e%2e/b", "/b"),
        ("/a/.%2e/b", "/b"),
        ("/a%2eb", "/a.b"), ("/a%2fb", "/a%2fb"), ("/a%2Fb", "/a%2Fb"), ("/a%20b", "/a%20b"), ("/a%5cb", "/a%5cb"),
        ("/a%", "/a%"), ("/a%4", "/a%4"), ("/a%zz", "/a%zz"), ("/a\\..\\b", "/b"), ("\\a", "\\a"), ("/a\\b", "/a/b"),
        ("/a{b}", "/a%7Bb%7D"), ("/ä", "/%C3%A4"), ("/a<b>", "/a%3Cb%3E"), ("/%61?x=%61", "/a?x=%61"), ("*", "*"),
        ("", ""),
        ("/a[b]", "/a[b]"), ("/.", "/"), ("/%%61a", "/%25aa"), ("/%a%61", "/%25aa"), ("/%%61", "/%a"),
        ("/%%61g", "/%ag"),
        ("/%g%61", "/%ga"), ("/./", "/"), ("/a/../?b", "/?b"),
    ])
    func `a path has one form`(target: String, expected: String) {
        #expect(normalized(target) == expected)
    }

    @Test(arguments: ["/%00", "/a%00b?c", "/a#b", "/a?b#c", "/#/../admin"])
    func `no path holds a zero or a fragment`(target: String) {
        #expect(normalized(target) == nil)
    }

    @Test func `the form of a form is itself`() {
        let pieces = ["/", ".", "%2e", "a", "%2f", "\\", "..", "%61", "%", "?", "%25"]
        var targets = ["/"]
        for _ in 0..<4 { targets = targets.flatMap { target in pieces.map { target + $0 } } }
        for target in targets {
            guard let once = normalized(target) else {
                Issue.record("\(target) was refused")
                continue
            }
            #expect(normalized(once) == once, "\(target)")
            #expect(!once.prefix { $0 != "?" }.split(separator: "/").contains(".."), "\(target)")
        }
    }
}
