// What all forms of a report share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/engine/runner.h"

namespace assay::report {

// What a report says that the run does not know.
struct Details {
    const engine::Requirements* requirements = &engine::Requirements::embedded();
    // Arguments that the run was given besides those that RunOptions holds, e.g. {"--profile", "gpu.json"}.
    // They become part of every command that repeats something.
    std::vector<std::string> arguments{};
    // The options of `assay run` that the role honours: no command has another. Empty: all.
    std::span<const std::string_view> options{};
    // Whether --target named what was tested; else `arguments` do, as with --dut-command.
    bool has_target = true;
    // When the run began, as it is to be printed. Empty: left out, and equal runs give equal bytes.
    std::string started{};
    // The catalogue that was run, for the traceability matrix; empty: none is written.
    std::span<const engine::Case> cases{};
};

// The version a result belongs to; nullopt in a role without versions, and for one that came before any
// version was agreed on, which is the target that cannot be reached at all.
std::optional<wire::Version> version_of(const engine::RunReport& report, const engine::CaseResult& result);
// What a result is counted under: "1.2", or "none"; in a role without versions its group.
std::string label(const engine::RunReport& report, const engine::CaseResult& result);

// Whether the verdict is neither a pass nor not applicable.
bool is_remarkable(engine::Verdict verdict);

// The verdict as an identifier, e.g. "loose_pass".
std::string identifier(engine::Verdict verdict);

// "GET_VERSION", "ERROR InvalidRequest", "an empty message".
std::string message_title(ByteView message);

// The command that does the whole run again, and the one for a single result.
std::string command(const engine::RunReport& report, const Details& details);
std::string command(const engine::RunReport& report, const engine::CaseResult& result,
                    const Details& details);

}  // namespace assay::report
