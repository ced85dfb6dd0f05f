// Requirements as data: what the specifications demand, in our own wording.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stack/base/result.h"
#include "stack/wire/version.h"

namespace assay::engine {

enum class Level : uint8_t { must, should, may };
// How well a rule is known.
enum class Evidence : uint8_t {
    read,            // read in the source of implementations
    implementation,  // the policy of one implementation; the specification may leave room
    recalled,        // from memory of the specification, not confirmed
    open,            // sources disagree
};

struct Requirement {
    std::string id;  // e.g. "SPDM-CHL-003"
    std::string text;
    std::string document;
    std::string section;
    wire::Version since = wire::Version::v1_0;
    wire::Version until = wire::Version::v1_4;
    Level level = Level::must;
    Evidence evidence = Evidence::read;
    std::string role;      // responder, requester, both, transport or transfer
    std::string deferred;  // why no case proves it yet, if none does
    std::string untestable;
    std::string threat;                 // the row of the threat model that it serves, if any
    std::vector<std::string> disputes;  // ids in vectors/disputes.json of the clauses it rests on
};

// Where it stands: "DSP0274, ERROR response message".
std::string clause(const Requirement& requirement);

std::string_view name(Level level);
std::optional<Level> level_from_name(std::string_view name);
std::string_view name(Evidence evidence);

class Requirements {
   public:
    // Those compiled into the program from vectors/requirements, with their disputes.
    static const Requirements& embedded();
    // Reads one file's text and adds what it holds. Errors: Errc::bad_text naming the file and the place.
    Result<> add(std::string_view text, std::string_view file);
    // Reads the disputes and notes each at the requirements that it touches. Errors: Errc::bad_text, also for
    // a requirement that was not added before.
    Result<> add_disputes(std::string_view text, std::string_view file);

    const Requirement* find(std::string_view id) const;
    // The clauses of those ids, each once, in their order; what is no requirement has none.
    std::vector<std::string> clauses(std::span<const std::string> ids) const;
    std::span<const Requirement> all() const { return all_; }

   private:
    std::vector<Requirement> all_;
};

}  // namespace assay::engine
