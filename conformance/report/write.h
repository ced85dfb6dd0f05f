// A report as a folder of files.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "conformance/report/details.h"

namespace assay::report {

// Writes into `folder`, which is made if need be:
//   report.json, junit.xml, summary.txt
//   failures/<version>-<case id with _ for />.txt and .pcap  of failures, harness errors and warnings; the
//                                                            capture only where there are exchanges; in a
//                                                            role without versions its name is in their place
//   trace.txt, trace.json                                    if details.cases were given
// What an earlier run left in failures/ under such names is removed. Errors: Errc::io naming the file and the
// reason.
// The new report takes the place of an older one whole or not at all: it is written beside it first, and as
// long as report.json is there, every file belongs to it.
Result<> write_report(const std::filesystem::path& folder, const engine::RunReport& report,
                      const Details& details = {});

// The files of a report by their paths in its folder, and the second half of write_report(), for who has
// more files. Errors as above.
using Files = std::map<std::string, Bytes>;
Files report_files(const engine::RunReport& report, const Details& details = {});
Result<> replace_report(const std::filesystem::path& folder, const Files& files, std::string_view role);

// "1.2-crt_offset-at-end": no character that is not a letter, a digit, '.' or '-' but for '_'.
std::string file_stem(const engine::RunReport& report, const engine::CaseResult& result);

// Writes one file. Errors as above.
Result<> write_file(const std::filesystem::path& path, ByteView bytes);

}  // namespace assay::report
