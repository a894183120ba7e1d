import ExpositionWire
import Testing

/// What is told of a family beside its samples.
@Suite struct FamilyTests {
    private typealias Statement = ExpositionDocument.Statement

    private static func statements(
        _ text: String, _ format: ExpositionFormat = .openMetrics
    ) throws -> [ExpositionDocument.Statement] {
        let end = format == .openMetrics ? "\n# EOF\n" : "\n"
        return try ExpositionDocument.parse(Array((text + end).utf8), format: format).statements
    }

    private static func key(_ name: String, _ labels: (String, String)...) -> SeriesKey {
        SeriesKey(name: name, labels: labels.map { Label(name: $0.0, value: $0.1) })
    }

    @Test(arguments: ["counter", "histogram", "summary"])
    func `a series of these types may say when it began`(type: String) throws {
        let statements = try Self.statements("# TYPE m \(type)\nm_created{a=\"1\"} 1520430000.123\nm_created 5")

        #expect(
            Array(statements.dropFirst()) == [
                .created(Self.key("m_created", ("a", "1")), time: 1_520_430_000_123),
                .created(Self.key("m_created"), time: 5000),
            ])
    }

    @Test func `a name in quotes has its time of creation too`() throws {
        let text = #"""
            # TYPE "my.requests" counter
            {"my.requests_total",a="1"} 3
            { "my.requests_created" , a="1"} 2.5
            """#

        #expect(
            try Self.statements(text).dropFirst() == [
                .sample(Self.key("my.requests_total", ("a", "1")), .init(3), time: nil, nil),
                .created(Self.key("my.requests_created", ("a", "1")), time: 2500),
            ])
    }

    @Test(arguments: [
        ("# TYPE m gauge\nm_created 5", ExpositionFormat.openMetrics), ("m_created 5", .openMetrics),
        ("# TYPE n counter\nm_created 5", .openMetrics),
        ("# TYPE m counter\n# TYPE m_created gauge\nm_created 5", .openMetrics),
        ("# TYPE m counter\nm_created 5", .prometheus),
    ])
    func `elsewhere the same name is a sample`(text: String, format: ExpositionFormat) throws {
        #expect(try Self.statements(text, format).last == .sample(Self.key("m_created"), .init(5), time: nil, nil))
    }

    @Test(arguments: ["m_createdx 5", "m_create 5", "m_total 5", "{\"m_createdx\"} 5"])
    func `a name that only resembles it is a sample`(line: String) throws {
        let last = try Self.statements("# TYPE m counter\n\(line)").last

        guard case .sample? = last else {
            Issue.record("\(String(describing: last))")
            return
        }
    }

    @Test(arguments: ["NaN", "+Inf", "1e300"])
    func `a creation at no time is passed over`(value: String) throws {
        let statements = try Self.statements("# TYPE m counter\nm_created \(value)\nm_total 1")

        #expect(statements.dropFirst() == [.sample(Self.key("m_total"), .init(1), time: nil, nil)])
    }

    @Test(
        arguments: [
            (#"# HELP m all\\of\nthem"#, Statement.help("m", "all\\of\nthem")),
            ("#\tHELP\tm\t words  in it ", .help("m", "words  in it ")), ("# HELP m", .help("m", "")),
            (#"# HELP "a b" "x" \"y\""#, .help("a b", #""x" "y""#)), ("# HELP m x\r", .help("m", "x")),
        ] as [(String, ExpositionDocument.Statement)])
    func `help is text`(line: String, statement: ExpositionDocument.Statement) throws {
        #expect(try Self.statements(line) == [statement])
        #expect(try Self.statements(line, .prometheus) == [statement])
    }

    @Test func `a unit is told by OpenMetrics only`() throws {
        #expect(try Self.statements("# UNIT m_seconds seconds ") == [.unit("m_seconds", "seconds")])
        #expect(try Self.statements("# UNIT m_seconds seconds", .prometheus).isEmpty)
    }

    @Test(arguments: [
        "# HELP", "# HELP ", "# UNIT", "# HELP \"m", "# HELP \"\" x", "#HELP m x", "# help m x", "# UNIT m_a_b a b",
        "# UNIT m_a\r \ra\r",
    ])
    func `what names no family is a comment`(line: String) throws {
        #expect(try Self.statements(line).isEmpty)
    }

    @Test func `a sink need not take more than samples`() throws {
        let text = "# HELP m h\n# TYPE m counter\n# UNIT m u\nm_total 1 # {a=\"b\"} 1\nm_created 3\n# EOF\n"

        let result = try Samples.parse(text, format: .openMetrics)

        #expect(result.samples == [.init("m_total", 1)])
    }
}
