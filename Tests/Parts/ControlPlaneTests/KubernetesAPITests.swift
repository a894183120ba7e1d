import ControlPlane
import JSONWire
import Quantities
import Testing

@Suite struct `The Kubernetes-shaped API` {
    @Test func `tells clients what it serves`() throws {
        let bench = try Bench(isEmpty: true)

        #expect(try bench.send("GET", "/version").body["major"] == "1")
        #expect(try bench.send("GET", "/api").body["versions"] == ["v1"])
        #expect(try bench.send("GET", "/apis").body["groups"]?.array?.count == 2)
        let resources = try bench.send("GET", "/apis/networking.istio.io/v1").body["resources"]?.array ?? []
        let route = try #require(resources.first { $0["kind"]?.string == "VirtualService" })
        #expect(route["shortNames"]?[0] == "vs")
        #expect(try bench.send("GET", "/openapi/v3").body["paths"]?["apis/security.istio.io/v1"] != nil)
        #expect(try bench.send("GET", "/openapi/v3/api/v1").status == 200)
    }

    @Test func `stamps what it creates`() throws {
        let bench = try Bench()

        let object = try bench.send("GET", Canary.route).body

        let metadata = try #require(object["metadata"])
        #expect(metadata["generation"] == 1)
        #expect(metadata["resourceVersion"] == "6")
        #expect(metadata["creationTimestamp"] == "2027-01-15T08:00:00Z")
        #expect(metadata["uid"]?.string?.utf8.count == 36)
        let managed = try #require(metadata["managedFields"]?[0])
        #expect(managed["manager"] == "test")
        #expect(managed["fieldsV1"] == ["f:spec": ["f:hosts": [:], "f:http": [:]]])
    }

    @Test func `serves every version of a kind from one object`() throws {
        let bench = try Bench()

        for version in ["v1", "v1beta1", "v1alpha3"] {
            let path = "/apis/networking.istio.io/\(version)/namespaces/payments/virtualservices/payment-service"
            let object = try bench.send("GET", path).body
            #expect(object["apiVersion"] == .string("networking.istio.io/\(version)"))
            #expect(object["kind"] == "VirtualService")
        }
    }

    @Test func `lists one namespace, all of them, and what a selector picks`() throws {
        let bench = try Bench()
        let all = "/apis/networking.istio.io/v1/workloadentries"

        func names(_ target: String) throws -> [String?] {
            (try bench.send("GET", target).body["items"]?.array ?? []).map { $0["metadata"]?["name"]?.string }
        }

        #expect(try names(all) == ["v1", "v2"])
        #expect(try names(Canary.workloads + "?fieldSelector=metadata.name%3Dv2") == ["v2"])
        #expect(try names("/apis/networking.istio.io/v1/namespaces/shop/workloadentries") == [])
        #expect(try names(all + "?labelSelector=app") == [])
        #expect(try names(all + "?labelSelector=!app,app!=x,app%20notin%20(a,b)") == ["v1", "v2"])
        let list = try bench.send("GET", all).body
        #expect(list["kind"] == "WorkloadEntryList")
        #expect(list["metadata"]?["resourceVersion"] == "6")
    }

    @Test func `moves both weights in one patch`() throws {
        let bench = try Bench()
        let before = bench.configuration.store.revision

        let reply = try bench.patch(Canary.route, weights(version: "6", v1: 0, v2: 100))

        #expect(reply.status == 200)
        #expect(reply.weights == [0, 100])
        #expect(reply.body["metadata"]?["generation"] == 2)
        #expect(bench.configuration.store.revision == before.next)
        #expect(try bench.send("GET", Canary.route).weights == [0, 100])
    }

    @Test func `refuses a patch whose test fails and stores nothing`() throws {
        let bench = try Bench()

        let reply = try bench.patch(Canary.route, weights(version: "5", v1: 0, v2: 100))

        #expect(reply.status == 422)
        #expect(reply.reason == "Invalid")
        #expect(try bench.send("GET", Canary.route).weights == [90, 10])
    }

    @Test func `refuses a stale replacement with a conflict`() throws {
        let bench = try Bench()
        var first = try bench.send("GET", Canary.route).body
        var second = first
        first["spec"] = Canary.virtualService(v1: 80, v2: 20)["spec"]
        second["spec"] = Canary.virtualService(v1: 70, v2: 30)["spec"]

        let won = try bench.send("PUT", Canary.route, first)
        let lost = try bench.send("PUT", Canary.route, second)

        #expect(won.status == 200)
        #expect(lost.status == 409)
        #expect(lost.reason == "Conflict")
        #expect(try bench.send("GET", Canary.route).weights == [80, 20])
    }

    @Test func `merges a merge patch and refuses a stale one`() throws {
        let bench = try Bench()
        let type = "application/merge-patch+json"

        let reply = try bench.send("PATCH", Canary.route, ["metadata": ["labels": ["team": "pay"]]], type: type)
        let stale = try bench.send(
            "PATCH", Canary.route, ["metadata": ["resourceVersion": "6", "labels": ["team": "x"]]], type: type)

        #expect(reply.body["metadata"]?["labels"] == ["team": "pay"])
        #expect(reply.body["metadata"]?["generation"] == 1)
        #expect(stale.status == 409)
    }

    @Test func `tries a change without storing it`() throws {
        let bench = try Bench()
        let before = bench.configuration.store.revision

        let patched = try bench.patch(Canary.route + "?dryRun=All", weights(version: "6", v1: 50, v2: 50))
        let deleted = try bench.send("DELETE", Canary.route, ["dryRun": ["All"]])
        var other = Canary.service
        other["metadata"]?["name"] = "other"
        let created = try bench.send("POST", Canary.services + "?dryRun=All", other)

        #expect(patched.weights == [50, 50])
        #expect(deleted.status == 200)
        #expect(created.status == 201)
        #expect(bench.configuration.store.revision == before)
        #expect(try bench.send("GET", Canary.route).weights == [90, 10])
        #expect(try bench.send("GET", Canary.services + "/other").status == 404)
    }

    @Test func `keeps the revision when nothing changes`() throws {
        let bench = try Bench()
        let object = try bench.send("GET", Canary.route).body

        let reply = try bench.send("PUT", Canary.route, object)

        #expect(reply.status == 200)
        #expect(reply.version == "6")
    }

    @Test func `hands a field to whoever changed it last`() throws {
        let bench = try Bench()

        _ = try bench.patch(Canary.route + "?fieldManager=meshtop", weights(version: "6", v1: 1, v2: 99))

        let entries = try bench.send("GET", Canary.route).body["metadata"]?["managedFields"]?.array ?? []
        #expect(entries.map { $0["manager"]?.string } == ["test", "meshtop"])
        #expect(entries.map { $0["fieldsV1"] } == [["f:spec": ["f:hosts": [:]]], ["f:spec": ["f:http": [:]]]])
    }

    @Test func `deletes once, and checks preconditions`() throws {
        let bench = try Bench()

        let stale = try bench.send("DELETE", Canary.route, ["preconditions": ["resourceVersion": "5"]])
        let gone = try bench.send("DELETE", Canary.route)
        let again = try bench.send("DELETE", Canary.route)

        #expect(stale.status == 409)
        #expect(gone.status == 200)
        #expect(gone.body["status"] == "Success")
        #expect(again.status == 404)
    }

    @Test(arguments: [
        ("GET", "/apis/networking.istio.io/v1/namespaces/payments/virtualservices/nope", "", 404, "NotFound"),
        ("GET", "/apis/networking.istio.io/v2", "", 404, "NotFound"),
        ("GET", "/apis/apps/v1/deployments", "", 404, "NotFound"),
        ("GET", "/nothing", "", 404, "NotFound"),
        ("POST", "/version", "", 405, "MethodNotAllowed"),
        ("PUT", Canary.routes, "{}", 405, "MethodNotAllowed"),
        ("BREW", Canary.route, "{}", 405, "MethodNotAllowed"),
        ("POST", Canary.routes, "{", 400, "BadRequest"),
        ("POST", Canary.routes, "[]", 400, "BadRequest"),
        ("POST", Canary.routes, "{}", 400, "BadRequest"),
        (
            "PUT", Canary.route, #"{"apiVersion":"networking.istio.io/v1beta1","kind":"VirtualService"}"#, 400,
            "BadRequest"
        ),
        ("POST", Canary.routes, #"{"apiVersion":"networking.istio.io/v1","kind":"Gateway"}"#, 400, "BadRequest"),
        (
            "POST", Canary.routes,
            #"{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"No_Name"}}"#, 422,
            "Invalid"
        ),
        (
            "POST", Canary.routes,
            #"{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"a","namespace":"x"}}"#,
            400, "BadRequest"
        ),
        ("DELETE", Canary.route + "?dryRun=Some", "", 400, "BadRequest"),
        ("GET", Canary.routes + "?labelSelector=a%20b", "", 400, "BadRequest"),
        ("GET", Canary.routes + "?fieldSelector=spec.x%3D1", "", 400, "BadRequest"),
        ("GET", Canary.routes + "?watch=1&resourceVersion=abc", "", 400, "BadRequest"),
    ])
    func `refuses in Kubernetes' words`(
        method: String, target: String, body: String, status: Int, reason: String
    ) throws {
        let bench = try Bench()
        let request = APIRequest(
            method: method, target: target, contentType: "application/json", body: Array(body.utf8))

        guard case .reply(let reply) = bench.api.answer(request) else { throw Unexpected("a watch") }

        #expect(reply.status == status)
        #expect(reply.reason == reason)
        #expect(reply.body["kind"] == "Status")
        #expect(reply.body["code"] == .integer(Int64(status)))
        #expect(!reply.message.isEmpty)
    }

    @Test func `merges a Service's ports by their numbers, as kubectl apply asks`() throws {
        let bench = try Bench()
        let target = Canary.services + "/payment-service"
        let type = "application/strategic-merge-patch+json"
        // A route to a service of two ports would have to name one.
        try bench.send("DELETE", Canary.route)

        let added = try bench.send(
            "PATCH", target,
            [
                "metadata": ["labels": ["team": "pay"]],
                "spec": [
                    "$setElementOrder/ports": [["port": 80], ["port": 81]],
                    "ports": [["port": 81, "name": "http-admin"], ["port": 80, "targetPort": 9090]],
                ],
            ], type: type)
        let removed = try bench.send(
            "PATCH", target, ["spec": ["ports": [["port": 81, "$patch": "delete"]]]], type: type)

        #expect(
            added.body["spec"]?["ports"] == [
                ["name": "http", "port": 80, "targetPort": 9090], ["port": 81, "name": "http-admin"],
            ])
        #expect(added.body["metadata"]?["labels"] == ["team": "pay"])
        #expect(removed.body["spec"]?["ports"] == [["name": "http", "port": 80, "targetPort": 9090]])
        #expect(try bench.send("PATCH", Canary.rules + "/payment-service", [:], type: type).status == 415)
    }

    @Test func `says which patches it takes`() throws {
        let bench = try Bench()

        let reply = try bench.send("PATCH", Canary.route, [], type: "application/apply-patch+yaml")

        #expect(reply.status == 415)
        #expect(reply.message.contains("application/json-patch+json"))
    }

    @Test func `refuses to create twice`() throws {
        let bench = try Bench()

        #expect(try bench.send("POST", Canary.routes, Canary.virtualService).reason == "AlreadyExists")
    }

    @Test func `prints tables for people who ask for them`() throws {
        let bench = try Bench()
        let request = APIRequest(
            method: "GET", target: Canary.routes,
            accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
        bench.clock.now = bench.clock.now.advanced(by: .seconds(3_700))

        guard case .reply(let reply) = bench.api.answer(request) else { throw Unexpected("a watch") }

        #expect(reply.body["kind"] == "Table")
        #expect(reply.body["rows"]?[0]?["cells"] == ["payment-service", "", "payment-service", "61m"])
    }

    private func weights(version: JSONValue, v1: Int64, v2: Int64) -> JSONValue {
        [
            ["op": "test", "path": "/metadata/resourceVersion", "value": version],
            ["op": "replace", "path": "/spec/http/0/route/0/weight", "value": .integer(v1)],
            ["op": "replace", "path": "/spec/http/0/route/1/weight", "value": .integer(v2)],
        ]
    }
}
