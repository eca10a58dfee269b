# Writes the pages of docs/diagnostics as a C table: cmake -DPAGES=FOLDER -DOUTPUT=FILE -P.
file(GLOB pages "${PAGES}/[EW]*.md")
list(SORT pages)
set(table "")
foreach(page IN LISTS pages)
    get_filename_component(code "${page}" NAME_WE)
    file(READ "${page}" text)
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "?" "\\?" text "${text}") # two of them may begin a trigraph
    string(REPLACE "\n" "\\n\"\n     \"" text "${text}")
    string(APPEND table "    {\"${code}\",\n     \"${text}\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "/* Made of docs/diagnostics by cmake/EmbedPages.cmake. */
#include \"cli/report/diagnostic_page.h\"

const struct vtr_diagnostic_page vtr_diagnostic_pages[] = {
${table}};
const size_t vtr_diagnostic_page_count =
    sizeof(vtr_diagnostic_pages) / sizeof(vtr_diagnostic_pages[0]);
")
