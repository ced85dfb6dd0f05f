// The commands but run: each function adds its command with its options. What is parsed goes into `options`,
// which must outlive the command.
#pragma once

#include <CLI/CLI.hpp>

#include "conformance/cli/commands.h"

namespace assay::cli {

CLI::App* add_serve(CLI::App& app, ServeCommand& options);
CLI::App* add_connect(CLI::App& app, ConnectCommand& options);
CLI::App* add_verify(CLI::App& app, VerifyCommand& options);
// `profile` only has the two commands below it.
CLI::App& add_profile(CLI::App& app);
CLI::App* add_profile_check(CLI::App& profile, ProfileCheckCommand& options);
CLI::App* add_profile_init(CLI::App& profile, ProfileInitCommand& options);
CLI::App* add_decode(CLI::App& app, DecodeCommand& options);
CLI::App* add_evidence(CLI::App& app, EvidenceCommand& options);
CLI::App* add_fuzz(CLI::App& app, FuzzCommand& options);
CLI::App* add_bench(CLI::App& app, BenchCommand& options);
CLI::App* add_demo(CLI::App& app, DemoCommand& options);

}  // namespace assay::cli
