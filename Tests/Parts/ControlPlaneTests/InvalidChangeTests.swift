import ControlPlane
import JSONWire
import MeshConfig
import Testing

@Suite struct `A change that would break the mesh` {
    @Test func `is refused with the reason and the place, and nothing is stored`() throws {
        let bench = try Bench()
        let before = bench.configuration.store.revision

        let reply = try bench.patch(
            Canary.route, [["op": "replace", "path": "/spec/http/0/route/1/destination/subset", "value": "v3"]])

        #expect(reply.status == 422)
        #expect(reply.reason == "Invalid")
        let cause = try #require(reply.body["details"]?["causes"]?[0])
        #expect(cause["field"] == "spec.http[0].route[1].destination.subset")
        #expect(cause["message"]?.string?.contains("v3") == true)
        #expect(bench.configuration.store.revision == before)
        #expect(bench.configuration.problems.allSatisfy { $0.severity != .error })
    }

    @Test func `is refused for an unknown field, by its name`() throws {
        let bench = try Bench()

        let reply = try bench.patch(Canary.route, [["op": "add", "path": "/spec/htpp", "value": []]])

        #expect(reply.status == 422)
        #expect(reply.body["details"]?["causes"]?[0]?["field"] == "spec.htpp")
        #expect(reply.message.contains("htpp"))
    }

    @Test func `is refused when another object needs what goes away`() throws {
        let bench = try Bench()

        let reply = try bench.send("DELETE", Canary.rules + "/payment-service")

        #expect(reply.status == 422)
        #expect(reply.message.contains("VirtualService payments/payment-service"))
        #expect(try bench.send("GET", Canary.rules + "/payment-service").status == 200)
    }

    @Test func `is refused in a trial too`() throws {
        let bench = try Bench()

        let reply = try bench.patch(
            Canary.route + "?dryRun=All", [["op": "replace", "path": "/spec/http/0/route/0/weight", "value": -1]])

        #expect(reply.status == 422)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `or garbage of any kind is answered with a status, and never with a crash`(seed: UInt64) throws {
        let bench = try Bench()
        var random = SplitMix(state: seed)
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "\u{0}", ""]
        let types = [
            "", "application/json", "application/yaml", "application/json-patch+json",
            "application/merge-patch+json; charset=utf-8", ";", "text/plain",
        ]
        let targets = [
            Canary.route, Canary.routes, Canary.services, Canary.services + "/payment-service", "/apis", "/", "",
            "//api//v1", "/openapi/v3/apis/x/y", "/api/v1/namespaces//services/%zz%00%ff", Canary.rules + "/a/b/c",
            "/apis/networking.istio.io/v1/virtualservices",
        ]
        let queries = [
            "", "?dryRun=All", "?watch=1&resourceVersion=-5", "?watch&resourceVersion=999999999999999999999",
            "?labelSelector=((((", "?labelSelector=a%20in%20(", "?fieldSelector=,,,=", "?&&==&%",
            "?watch=1&timeoutSeconds=x",
        ]
        for _ in 0..<50 {
            let seedBody = [Canary.virtualService, Canary.destinationRule, Canary.service].randomElement(using: &random)
            var body = (seedBody ?? .null).serialized()
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                body = (0..<Int.random(in: 0..<200, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            case 1: body = Self.patch(&random).serialized()
            default:
                for _ in 0..<Int.random(in: 0..<8, using: &random) {
                    guard let index = body.indices.randomElement(using: &random) else { continue }
                    if Bool.random(using: &random) {
                        body.remove(at: index)
                    } else {
                        body[index] = .random(in: 32...126, using: &random)
                    }
                }
            }
            let request = APIRequest(
                method: methods.randomElement(using: &random) ?? "",
                target: (targets.randomElement(using: &random) ?? "") + (queries.randomElement(using: &random) ?? ""),
                contentType: types.randomElement(using: &random) ?? "", body: body)

            switch bench.api.answer(request) {
            case .reply(let reply):
                #expect(reply.status < 500, "seed \(seed): \(request.method) \(request.path): \(reply.body)")
                if reply.status >= 400 { #expect(reply.body["kind"] == "Status") }
            case .watch(let watch):
                do throws(APIFailure) {
                    _ = try watch.begin(bench.configuration.store)
                } catch {
                    #expect(error.reply.status == 410)
                }
            }
        }
    }

    private static func patch(_ random: inout SplitMix) -> JSONValue {
        let pointers = [
            "", "/spec", "/spec/http/0/route/0/weight", "/spec/http/-", "/metadata", "/metadata/name", "/kind",
            "/spec/http/99999999999999999999", "/metadata/resourceVersion", "/metadata/labels", "spec", "/~2",
        ]
        let values: [JSONValue] = [
            .null, 1, -1, "x", [], [:], .number(.infinity), .integer(.max), [["route": []]], ["a": ["b": .null]],
        ]
        let names = ["add", "remove", "replace", "move", "copy", "test", "jump"]
        return .array(
            (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                [
                    "op": .string(names.randomElement(using: &random) ?? ""),
                    "path": .string(pointers.randomElement(using: &random) ?? ""),
                    "from": .string(pointers.randomElement(using: &random) ?? ""),
                    "value": values.randomElement(using: &random) ?? .null,
                ]
            })
    }
}

/// A small repeatable generator: <https://prng.di.unimi.it/splitmix64.c>.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
