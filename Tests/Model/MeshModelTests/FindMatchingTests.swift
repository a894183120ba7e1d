import MeshModel
import Testing

@Suite("What an expression finds")
struct FindMatchingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var text: String
        var found: String
        init(_ text: String, _ found: String) {
            self.text = text
            self.found = found
        }
        var testDescription: String { text }
    }

    private static let all = "bank cart db gw lone pay1 pay2 unknown web"

    static let rows: [Row] = [
        // Text, in all spellings of the operators.
        Row("app = web", "web"), Row("app=web", "web"), Row("APP = web", "web"), Row("  app   =  web ", "web"),
        Row("is app = web", "web"),
        Row("app = Web", ""), Row("app = \"web\"", "web"), Row("app = 'web'", "web"),
        Row("app != web", "bank cart db gw lone pay1 pay2 unknown"),
        Row("app not = web", "bank cart db gw lone pay1 pay2 unknown"),
        Row("app contains pay", "pay1 pay2"), Row("app CONTAINS pay", "pay1 pay2"), Row("app *= pay", "pay1 pay2"),
        Row("app*=pay", "pay1 pay2"),
        Row("app !contains pay", "bank cart db gw lone unknown web"),
        Row("app ! contains pay", "bank cart db gw lone unknown web"),
        Row("app not contains pay", "bank cart db gw lone unknown web"),
        Row("app !*= pay", "bank cart db gw lone unknown web"),
        Row("app startswith we", "web"), Row("app ^= we", "web"), Row("app ^= eb", ""),
        Row("app !startswith pay", "bank cart db gw lone unknown web"),
        Row("app !^= pay", "bank cart db gw lone unknown web"),
        Row("app endswith service", "pay1 pay2"), Row("app $= service", "pay1 pay2"), Row("app $= servic", ""),
        Row("app not endswith service", "bank cart db gw lone unknown web"),
        Row("app !$= service", "bank cart db gw lone unknown web"),
        Row("app = \"\"", "bank cart db lone unknown"),
        Row("app > payment", "pay1 pay2 web"), Row("app <= gateway", "bank cart db gw lone unknown"),
        Row("version = v1", "cart pay1 web"), Row("version >= v2", "pay2"),
        Row("version < v1", "bank db gw lone unknown"),
        Row("ns = payments", "db pay1 pay2"), Row("namespace != payments", "bank cart gw lone unknown web"),
        Row("service = db", "db"), Row("svc = bank.example", "bank"), Row("wl = cart", "cart"),
        Row("workload contains -v", "pay1 pay2 web"),
        // Names: any of them holds, or none.
        Row("name = unknown", "unknown"), Row("name = payment-v1", "pay1"), Row("name contains bank", "bank"),
        Row("name != web", "bank cart db gw lone pay1 pay2 unknown"),
        Row("name != web-v1", "bank cart db gw lone pay1 pay2 unknown"),
        Row("name startswith pay and version = v2", "pay2"),
        Row("name = lone thing", ""), Row("operation = GET /x?a=1", ""), Row("operation != x", all),
        // Types.
        Row("node = service", "db lone"), Row("node = SVC", "db lone"), Row("node = app", "gw pay1 pay2 web"),
        Row("node = wl", "cart"), Row("node = unknown", "unknown"), Row("node = external", "bank"),
        Row("node = op", ""), Row("node != app", "bank cart db lone unknown"),
        // Numbers of nodes.
        Row("rank = 1", "web"), Row("rank <= 2", "bank cart db gw pay1 pay2 web"), Row("rank > 2", "lone unknown"),
        Row("rank != 2", "lone unknown web"),
        Row("httpin > 20", "web"), Row("httpin >= 5", "gw web"), Row("httpin < 5", "bank cart"),
        Row("httpin = 5.0", "gw"), Row("httpin = 0", "cart"),
        Row("httpin != 5", "bank cart db lone pay1 pay2 unknown web"),
        Row("httpin = NaN", "cart db lone pay1 pay2 unknown"), Row("httpin != nan", "bank gw web"),
        Row("httpout > 0", "gw pay2 unknown"), Row("grpcin > 1", "pay1 pay2"), Row("grpcout = 1e1", "web"),
        Row("tcpin >= 1000", "db"), Row("tcpout > 0", "pay1"),
        // Flags of nodes.
        Row("healthy", "bank gw pay1"), Row("is healthy", "bank gw pay1"), Row("HEALTHY", "bank gw pay1"),
        Row("! healthy", "pay2 web"), Row("!healthy", "pay2 web"), Row("not healthy", "pay2 web"),
        Row("is not healthy", "pay2 web"), Row("! is healthy", "pay2 web"),
        Row("idle", "cart lone"), Row("!idle", "bank db gw pay1 pay2 unknown web"),
        Row("inaccessible", "unknown"), Row("!inaccessible", "bank cart db gw lone pay1 pay2 web"),
        Row("outside", ""), Row("!outside", all), Row("trafficsource", "unknown"), Row("root", "unknown"),
        Row("ts", "pay1 pay2"), Row("has virtualservice", "pay1 pay2"),
        // Edges.
        Row("http > 5", "e2"), Row("http >= 5", "e1 e2"), Row("http = 0", "e7"), Row("http < 2", "e6 e7 e8"),
        Row("http = NaN", "e3 e4 e5 e7"), Row("http != NaN", "e1 e2 e6 e8"), Row("grpc > 0", "e3 e4"),
        Row("tcp > 100", "e5"), Row("tcp = NaN", "e1 e2 e3 e4 e6 e7 e8"),
        Row("%httperr > 0", "e2 e8"), Row("%httperror = 100", "e8"), Row("%httperr >= 1", "e2 e8"),
        Row("%GrpcErr >= 50", "e4"), Row("%grpcerror = 0", "e3"),
        Row("%httptraffic >= 50", "e1 e2 e6"), Row("%httptraffic < 20", "e7 e8"), Row("%grpctraffic = 80", "e3"),
        Row("protocol = grpc", "e3 e4"), Row("protocol != http", "e3 e4 e5"), Row("protocol startswith t", "e5"),
        Row("rt > 1000", "e4"), Row("responsetime > 50", "e2 e4"), Row("rt = NaN", "e5 e6 e7"), Row("rt < 10", "e1 e8"),
        Row("throughput >= 1000", "e2 e5"), Row("rate > 5", "e2 e3"), Row("rate = NaN", "e5 e7"),
        Row("mtls", "e2 e3 e8"), Row("has mtls", "e2 e3 e8"), Row("!mtls", "e4"), Row("! has mtls", "e4"),
        Row("traffic", "e1 e2 e3 e4 e5 e6 e8"), Row("!traffic", "e7"),
        // Of both; the last bucket's bound is a lower one.
        Row("p95 > 100", "e4 pay2"), Row("p50 >= 10", "e2 e3 e4 pay1 pay2 web"), Row("p99 > 300", "e2 e4 pay2 web"),
        Row("p99 >= 5000", "e4 pay2"), Row("p99 > 5000", ""), Row("p99 > 6000", ""),
        Row("p99 < 6000", "e1 e2 e3 e8 gw pay1 web"), Row("p99 <= 5000", "e1 e2 e3 e8 gw pay1 web"),
        Row("!(p99 < 5000)", "bank cart db e4 e5 e6 e7 lone pay2 unknown"),
        Row("errors > 0", "e2 e4 e8 pay2 web"), Row("errors >= 50", "e4 e8 pay2"),
        Row("errors = NaN", "bank cart db e1 e3 e5 e6 e7 gw lone pay1 unknown"),
        // Lists.
        Row("app = web or app = gateway", "gw web"), Row("app = web OR app = gateway Or app = x", "gw web"),
        Row("ns = payments and version = v2", "pay2"), Row("ns = payments AND version = v2 and healthy", ""),
        Row("version = v1 and ns = shop or node = service", "cart db lone web"),
        Row("node = service or version = v1 and ns = shop", "cart db lone web"),
        Row("node = svc and svc startswith d or !traffic", "db e7"),
        Row("healthy or mtls", "bank e2 e3 e8 gw pay1"),
        Row("p95 > 40 and healthy", "pay1"), Row("mtls and p95 > 90", "e2"), Row("p95 > 90 and errors < 20", "e2 web"),
        // Parentheses.
        Row("ns = shop and (version = v1 or node = service)", "cart lone web"), Row("((app = web))", "web"),
        Row("(app = web or rt > 500) and (version = v1 or !mtls)", "e4 web"),
        Row("!(app = web or ns = payments)", "bank cart gw lone unknown"), Row("not(healthy)", "pay2 web"),
        Row("!(mtls)", "e4"), Row("!!healthy", "bank gw pay1"), Row("!(healthy or mtls)", "e4 pay2 web"),
        Row("!(app = web and ns = shop)", "bank cart db gw lone pay1 pay2 unknown"),
        Row("!(p95 > 40)", "bank cart db e1 e5 e6 e7 e8 gw lone unknown"),
        Row("(app = web) or (mtls and rt < 60)", "e3 e8 web"),
        Row("(healthy or mtls) and p95 < 20", "e8 gw"),
        // Patterns.
        Row("app =~ ^pay", "pay1 pay2"), Row("app =~ pay$", ""), Row("app !~ ^pay", "bank cart db gw lone unknown web"),
        Row("name =~ v[12]$", "pay1 pay2 web"), Row("name =~ \"(?i)^WEB$\"", "web"),
        Row("(app =~ ^(web|gateway)$)", "gw web"), Row("app =~ \"^\\w{3}$\"", "web"),
        Row("service =~ bank\\.ex", "bank"), Row("service =~ 'd\\.b'", ""),
        Row("name not =~ e", "cart db unknown"), Row("protocol =~ ^t or app =~ ^w", "e5 web"),
        // What nobody told finds nothing, and neither does its opposite, unless the rest decides.
        Row("circuitbreaker", ""), Row("!circuitbreaker", ""), Row("idle or circuitbreaker", "cart lone"),
        Row("!(circuitbreaker and idle)", "bank db gw pay1 pay2 unknown web"),
        Row("cluster = east", ""), Row("cluster != east", ""), Row("label:region", ""), Row("!label:region", ""),
        Row("!ts", ""), Row("sourceprincipal != x", ""), Row("sidecar", ""), Row("dead or app = web", "web"),
    ]

    @Test(arguments: rows)
    func `finds the nodes and edges that it describes`(row: Row) throws {
        let expression = try FindExpression(row.text)

        let result = FindResult(FindFixture.snapshot, find: expression)

        #expect(FindFixture.names(result.foundNodes, result.foundEdges) == FindFixture.sorted(row.found))
        #expect(result.foundCount == row.found.split(separator: " ").count)
    }

    @Test func `the table has a hundred rows and none twice`() {
        #expect(Self.rows.count >= 100)
        #expect(Set(Self.rows.map(\.text)).count == Self.rows.count)
    }

    static let rowsWithFacts: [Row] = [
        Row("circuitbreaker", "pay1"), Row("has cb", "pay1"), Row("!cb", "bank cart db gw lone pay2 unknown web"),
        Row("outofmesh", "lone"), Row("om", "lone"), Row("!sc", "lone"),
        Row("sidecar", "bank cart db gw pay1 pay2 unknown web"),
        Row("label:region", "pay1 web"), Row("has label:region", "pay1 web"), Row("!label:region", "pay2"),
        Row("label:region = east", "web"), Row("label:region != east", "pay1 pay2"), Row("LABEL:region = east", "web"),
        Row("label:Region = east", ""), Row("label:region not contains st", "pay2"),
        Row("cluster = east", "web"), Row("cluster != east", "pay1"),
        Row("operation = GET /accounts", "lone"), Row("op =~ accounts$", "lone"), Row("name contains GET /", "lone"),
        Row("(operation = GET /accounts) and ns = shop", "lone"), Row("name = lone", "lone"),
        Row("name != lone", "bank cart db gw pay1 pay2 unknown web"),
        Row("outside", "bank db gw pay1 pay2 unknown"), Row("!outside", "cart lone web"),
        Row("sourceprincipal contains /sa/web", "e3"), Row("sourceprincipal != x", "e3"),
        Row("destprincipal $= /sa/pay", "e3"), Row("destprincipal = ''", ""),
    ]

    @Test(arguments: rowsWithFacts)
    func `finds by what was told beside the snapshot`(row: Row) throws {
        let expression = try FindExpression(row.text)

        let result = FindResult(FindFixture.tellingSnapshot, find: expression, facts: FindFixture.facts)

        #expect(FindFixture.names(result.foundNodes, result.foundEdges) == FindFixture.sorted(row.found))
    }

    @Test func `one node and one edge can be asked alone`() throws {
        let context = FindContext(FindFixture.snapshot)
        let web = FindFixture.nodes[2]
        let fourth = FindFixture.edges[3].edge

        #expect(try FindExpression("app = web").matches(web, in: context))
        #expect(try !FindExpression("app = web").matches(fourth, in: context))
        #expect(try FindExpression("rt > 1000").matches(fourth, in: context))
        #expect(try !FindExpression("rt > 1000").matches(web, in: context))
    }

    @Test func `ranks by other criteria can be told`() throws {
        let ranks = NodeRanks(FindFixture.snapshot, by: [.errors])
        let first = try FindExpression("rank = 1")

        let result = FindResult(FindFixture.snapshot, find: first, facts: FindFacts(ranks: ranks))

        #expect(FindFixture.names(result.foundNodes, result.foundEdges) == "pay2")
    }
}
