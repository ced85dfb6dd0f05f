#include "conformance/cli/connections.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/crypto/provider.h"
#include "stack/wire/messages/algorithms.h"

namespace assay::cli {

namespace {

// The newest version that the target said it has.
std::optional<wire::Version> newest(const lab::Lab& lab) {
    std::optional<wire::Version> found;
    for (wire::Version version : wire::kVersions) {
        const bool there = std::ranges::any_of(
            lab.seen().versions(), [&](uint16_t entry) { return entry >> 8 == wire::byte(version); });
        if (there) found = version;
    }
    return found;
}

// Whether the target keeps what both negotiate apart.
bool are_apart(lab::Lab& one, lab::Lab& other) {
    if (!one.after_version()) return false;
    const auto version = newest(one);
    if (!version || !one.after_capabilities(*version) || !other.after_version()) return false;
    const auto answer = one.send(one.algorithms(*version), lab::Wait::due);
    return answer && answer->answered() && other.after_version();
}

}  // namespace

Connection::Connection(std::unique_ptr<lab::Dut> target, uint64_t seed,
                       const lab::RequesterIdentity& identity)
    : dut(std::move(target)), random(seed), lab(*dut, random, crypto::openssl_provider()) {
    lab.set_identity(identity);
}

std::vector<lab::Lab*> Connections::labs() const {
    std::vector<lab::Lab*> list;
    for (const auto& one : all) list.push_back(&one->lab);
    return list;
}

Result<Connections> open_connections(const std::function<Result<std::unique_ptr<lab::Dut>>()>& open,
                                     unsigned jobs, uint64_t seed, const lab::RequesterIdentity& identity) {
    Connections connections;
    connections.all.push_back(std::make_unique<Connection>(TRY(open()), seed, identity));
    while (connections.all.size() < jobs) {
        auto further = open();
        if (further) {
            auto connection = std::make_unique<Connection>(std::move(*further), seed, identity);
            if (are_apart(connections.all.front()->lab, connection->lab)) {
                connections.all.push_back(std::move(connection));
                continue;
            }
        }
        connections.remark = fmt::format(
            "The target does not serve {} connections apart from each other: {} used, not {}.",
            connections.all.size() + 1,
            connections.all.size() == 1 ? "one is" : fmt::format("{} are", connections.all.size()), jobs);
        break;
    }
    return connections;
}

}  // namespace assay::cli
