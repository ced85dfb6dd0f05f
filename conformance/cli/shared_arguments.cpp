#include "conformance/cli/shared_arguments.h"

namespace assay::cli {

void add_versions(CLI::App* app, std::vector<wire::Version>& versions) {
    app->add_option_function<std::vector<std::string>>(
           "--spdm-version",
           [&versions](const std::vector<std::string>& names) {
               for (const std::string& name : names) {
                   auto version = wire::version_from_name(name);
                   if (!version)
                       throw CLI::ValidationError("--spdm-version",
                                                  name + " is none of 1.0, 1.1, 1.2, 1.3, 1.4");
                   versions.push_back(*version);
               }
           },
           "only these versions, 1.0 to 1.4; may be given more than once")
        ->take_all();
}

void add_fault_options(CLI::App* app, FaultOptions& options) {
    app->add_option("--waive", options.waive,
                    "a check that the reference does not make; may be given more than once")
        ->take_all();
    app->add_option("--defect", options.defects,
                    "a defect that the reference has; may be given more than once")
        ->take_all();
}

void add_psk(CLI::App* app, PskOptions& options) {
    app->add_option("--psk", options.key, "the pre-shared key, in hexadecimal, instead of the samples' one");
    app->add_option("--psk-hint", options.hint, "its hint, likewise");
}

void add_identity(CLI::App* app, IdentityOptions& options) {
    app->add_option("--requester-chain", options.chain,
                    "PEM: the chain to authenticate this side with, the root first");
    app->add_option("--requester-key", options.key, "PEM: the private key of its last certificate");
}

void add_target(CLI::App* app, TargetOptions& options) {
    app->add_option("--target", options.target, "what to test")->capture_default_str();
    add_number(app, "--connect-timeout", options.connect_timeout_ms, 1, kMostMilliseconds,
               "milliseconds for the target to listen");
    add_number(app, "--round-trip", options.round_trip_ms, 1, kMostMilliseconds,
               "milliseconds there and back, besides the device's own time");
    add_number(app, "--answer-timeout", options.answer_timeout_ms, 1, kMostMilliseconds,
               "the least milliseconds that an answer which is due is waited for");
}

void add_revive(CLI::App* app, ReviveOptions& options) {
    constexpr unsigned kMostSeconds = 86400;
    add_number(app, "--reconnect", options.reconnect_s, 0, kMostSeconds,
               "seconds for a target that went away to come back");
    app->add_option("--reset-command", options.reset_command,
                    "a line of shell that resets a target which is gone");
}

}  // namespace assay::cli
