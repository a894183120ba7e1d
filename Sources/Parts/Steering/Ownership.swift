package import JSONWire

/// Who else writes to an object: a controller or a repository that may undo what we change.
package enum Ownership {
    /// A sentence for each owner that was found, most certain first; empty when nobody else claims the object.
    ///
    /// - Parameter noun: what the sentences call it.
    package static func notes(on route: JSONValue, noun: String = "route") -> [String] {
        var notes: [String] = []
        let metadata = route["metadata"]
        for owner in metadata?["ownerReferences"]?.array ?? [] {
            let name = owner["name"]?.string ?? "?"
            switch owner["kind"]?.string {
            case "Canary":
                notes.append(
                    "Flagger's Canary \(name) owns this \(noun) and sets its weights at its next step; pause it with "
                        + "spec.suspend: true, or change the Canary")
            case "Rollout":
                notes.append(
                    "Argo's Rollout \(name) owns this \(noun) and reverts foreign weights at once; promote or abort the "
                        + "Rollout instead")
            case let kind?: notes.append("\(kind) \(name) owns this \(noun) and may undo the change")
            case nil: break
            }
        }
        let annotations = metadata?["annotations"]?.object ?? [:]
        let hints: [(prefix: String, note: String)] = [
            ("flagger.", "Flagger manages this \(noun) and sets its weights at its next step"),
            ("argo-rollouts.argoproj.io/", "Argo Rollouts manages this \(noun) and reverts foreign weights at once"),
            ("argocd.argoproj.io/", "Argo CD keeps this \(noun) as the repository has it; change it there too"),
            ("kustomize.toolkit.fluxcd.io/", "Flux keeps this \(noun) as the repository has it; change it there too"),
            ("helm.toolkit.fluxcd.io/", "Flux keeps this \(noun) as the chart has it; change it there too"),
            ("meta.helm.sh/", "Helm installed this \(noun); the next upgrade of its release sets the weights again"),
        ]
        let names = annotations.keys + (metadata?["labels"]?.object ?? [:]).keys
        for hint in hints where notes.isEmpty && names.contains(where: { $0.hasPrefix(hint.prefix) }) {
            notes.append(hint.note)
        }
        let managers = Set((metadata?["managedFields"]?.array ?? []).compactMap { $0["manager"]?.string })
        let controllers = [
            "argocd-controller": "Argo CD", "argocd-application-controller": "Argo CD", "flagger": "Flagger",
            "rollouts-controller": "Argo Rollouts", "kustomize-controller": "Flux", "helm-controller": "Flux",
        ]
        for (manager, product) in controllers.sorted(by: { $0.key < $1.key })
        where managers.contains(manager) && !notes.contains(where: { $0.contains(product) }) {
            notes.append("\(product) (\(manager)) has written to this \(noun) and may undo the change")
        }
        return notes
    }
}
