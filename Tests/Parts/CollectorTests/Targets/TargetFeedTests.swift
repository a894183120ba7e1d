import Glibc
import HTTPTransport
import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// Lists of targets that change under the collector, on real files and sockets.
@Suite struct TargetFeedTests {
    @Test func `a file is followed when it is replaced or written in place`() throws {
        let loop = try EventLoop()
        let scratch = try Scratch()
        let (cart, order) = (try FakeTarget(loop), try FakeTarget(loop))
        let list = try scratch.file(
            "targets.yaml",
            "- targets: [\"\(cart.address)\"]\n  labels: {app: cart, namespace: shop, __metrics_path__: /m}\n")
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(files: [list]))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.up == ["\(cart.address)"] })
        #expect(mailbox.newest?.targets.first?.workload?.app == "cart")
        #expect(cart.requests.first?.target == "/m")

        // When: another file takes its place.
        _ = try scratch.file("targets.yaml", "- targets: [\"\(order.address)\"]\n")
        #expect(runs(loop) { mailbox.up == ["\(order.address)"] })

        // When: the same file is written again.
        let both = Array("- targets: [\"\(order.address)\", \"localhost:\(cart.port)\"]\n".utf8)
        let descriptor = open(list, O_WRONLY | O_TRUNC)
        #expect(write(descriptor, both, both.count) == both.count)
        close(descriptor)
        #expect(runs(loop) { mailbox.up == ["\(order.address)", "localhost:\(cart.port)"] })
        #expect(mailbox.notices.isEmpty)
    }

    @Test func `a bad file keeps the last list and tells the place`() throws {
        let loop = try EventLoop()
        let scratch = try Scratch()
        let (cart, order) = (try FakeTarget(loop), try FakeTarget(loop))
        let list = try scratch.file("targets.json", "[{\"targets\":[\"\(cart.address)\"]}]")
        let other = try scratch.file("other.yaml", "- targets: [\"\(order.address)\"]\n")
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(files: [list, other]))
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.up.count == 2 })

        for (text, place) in [("[{\n  \"tragets\": []}]", "targets.json:2:3: "), ("[", "targets.json:1:2: ")] {
            _ = try scratch.file("targets.json", text)

            #expect(runs(loop) { mailbox.notices.first?.contains(place) ?? false })
            #expect(mailbox.notices.first?.hasSuffix("; the last list of targets still counts") == true)
            #expect(mailbox.all.count == 2)
        }

        // Then: so does one that is gone, and another file is read on.
        try Files.remove(list)
        _ = try scratch.file("other.yaml", "[]")
        #expect(runs(loop) { mailbox.notices.first?.contains("no such file") ?? false && mailbox.all.count == 1 })
        #expect(mailbox.all == ["\(cart.address)"])

        // And one that is good again takes the notice away.
        _ = try scratch.file("targets.json", "[]")
        #expect(runs(loop) { mailbox.notices.isEmpty && mailbox.all.isEmpty })
    }

    @Test func `a server of lists that is empty for a moment takes nothing away`() throws {
        let loop = try EventLoop()
        let cart = try FakeTarget(loop)
        var list = "[]"
        let server = try FakeTarget(loop) { _ in .json(Array(list.utf8)) }
        let mailbox = Mailbox()
        let url = try #require(TargetURL("http://\(server.address)/lists/shop?a=b"))
        let collector = try collect(mailbox, TargetSources(urls: [url]))
        defer { collector.stop() }

        #expect(runs(loop) { !server.requests.isEmpty })
        list = "[{\"targets\":[\"\(cart.address)\"],\"labels\":{\"app\":\"cart\"}}]"
        #expect(runs(loop) { mailbox.up == ["\(cart.address)"] })
        #expect(server.requests.first?.target == "/lists/shop?a=b")
        #expect(mailbox.newest?.targets.first?.workload?.app == "cart")

        list = "[]"
        let questions = server.requests.count
        #expect(runs(loop) { server.requests.count > questions })
        rests(loop, milliseconds: 300)
        #expect(mailbox.all == ["\(cart.address)"])
    }

    @Test func `a target without a path is found at the usual ones`() throws {
        let loop = try EventLoop()
        let envoy = try FakeTarget(loop) { $0.path == "/stats/prometheus" ? .metrics : HTTPResponse(status: 404) }
        let application = try FakeTarget(loop) { $0.path == "/metrics" ? .metrics : HTTPResponse(status: 404) }
        let targets = [envoy, application].map { TargetEntry(url: TargetURL(host: .address($0.address))) }
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(targets: targets))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.up.count == 2 })
        #expect(envoy.requests.allSatisfy { $0.path == "/stats/prometheus" })
    }

    @Test func `a target is asked in its own interval`() throws {
        let loop = try EventLoop()
        let (slow, fast) = (try FakeTarget(loop), try FakeTarget(loop))
        var entries = [slow, fast].map { TargetEntry(url: TargetURL(host: .address($0.address), path: "/m")) }
        entries[0].interval = .seconds(1)
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(targets: entries))
        defer { collector.stop() }

        #expect(runs(loop) { fast.requests.count >= 12 })
        // A phase may bring the second scrape half an interval early.
        #expect((1...5).contains(slow.requests.count), "\(slow.requests.count)")
    }

    @Test func `targets that hang change nothing for the others`() throws {
        let loop = try EventLoop()
        var scrapes: [[MonotonicTime]] = Array(repeating: [], count: 28)
        var good: [FakeTarget] = []
        for number in 0..<28 {
            good.append(
                try FakeTarget(loop) { _ in
                    scrapes[number].append(SystemClock.monotonic())
                    return .metrics
                })
        }
        let hanging = try (0..<12).map { _ in try RawListener(loop) }
        let addresses = good.map(\.address) + hanging.map(\.address)
        let mailbox = Mailbox()
        let entries = addresses.map { TargetEntry(url: TargetURL(host: .address($0))) }
        let collector = try collect(mailbox, TargetSources(targets: entries))
        defer { collector.stop() }

        #expect(runs(loop) { scrapes.allSatisfy { $0.count >= 10 } })
        #expect(runs(loop) { hanging.allSatisfy { mailbox.reason(of: $0.address) == "no answer within 180 ms" } })
        #expect(runs(loop) { good.allSatisfy { mailbox.state(of: $0.address) == .up } })
        // Half of all gaps are an interval: a machine that is busy with something else cannot move the median.
        let gaps = scrapes.flatMap { zip($0, $0.dropFirst()).map { $0.duration(to: $1) } }.sorted()
        #expect(gaps[gaps.count / 2] < .milliseconds(300), "\(gaps[gaps.count / 2])")
    }
}
