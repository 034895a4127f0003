/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/printable.h"

#include <stdbool.h>
#include <string.h>

static size_t length_of_lead(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0; /* continues a character, or is never in UTF-8 */
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* What the lead alone does not show: too long a form, a surrogate, or beyond Unicode. */
static bool is_misused(unsigned char lead, unsigned char second)
{
    return (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
           (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
}

/* Bytes of the printable character at `text`; 0 if it is not one. */
static size_t length_of_printable(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = length_of_lead(byte[0]);
    for (size_t i = 1; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    if (length > 2 && is_misused(byte[0], byte[1]))
        return 0;
    bool is_control = byte[0] < 0x20 || byte[0] == 0x7f || (byte[0] == 0xc2 && byte[1] < 0xa0);
    return is_control ? 0 : length;
}

/* \n, \t, \r, or the octal number. Returns its length. */
static size_t escape(unsigned char byte, char escaped[static 4])
{
    static const char bytes[] = "\n\t\r", letters[] = "ntr";
    const char *known = byte != '\0' ? strchr(bytes, byte) : NULL;
    escaped[0] = '\\';
    if (known != NULL) {
        escaped[1] = letters[known - bytes];
        return 2;
    }
    escaped[1] = (char)('0' + (byte >> 6));
    escaped[2] = (char)('0' + ((byte >> 3) & 7));
    escaped[3] = (char)('0' + (byte & 7));
    return 4;
}

typedef struct output {
    char *text;
    size_t used, size;
} output;

static void append(output *to, const char *bytes, size_t count)
{
    memcpy(to->text + to->used, bytes, count);
    to->used += count;
}

static void copy_printable(const char *text, const char *before, const char *after, output *to)
{
    while (*text != '\0') {
        char escaped[4];
        size_t length = length_of_printable(text);
        size_t longest = length > 0 ? length : strlen(before) + sizeof escaped + strlen(after);
        if (to->used + longest >= to->size)
            break;
        if (length > 0) {
            append(to, text, length);
        } else {
            append(to, before, strlen(before));
            append(to, escaped, escape((unsigned char)*text, escaped));
            append(to, after, strlen(after));
        }
        text += length > 0 ? length : 1;
    }
    to->text[to->used] = '\0';
}

void fan_copy_printable(const char *text, char *copy, size_t size)
{
    copy_printable(text, "", "", &(output){.text = copy, .size = size});
}

void fan_copy_printable_word(const char *word, char *copy, size_t size)
{
    copy_printable(word, "'$'", "''", &(output){.text = copy, .size = size});
}
