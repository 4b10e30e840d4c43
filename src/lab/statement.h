/* What the files of run.db share: the connection, and statements with alvor's errors. */
#ifndef ALV_LAB_STATEMENT_H
#define ALV_LAB_STATEMENT_H

#include <sqlite3.h>

#include "lab/store.h"

struct alv_store {
    sqlite3 *db;
    int lock;
};

/* True if there was no memory for the connection, or for what it did last. */
bool alv_db_no_memory(sqlite3 *db);

/* The connection's last error as an alv_error. */
alv_status alv_store_fail(const alv_store *store, alv_error *error);
/* Runs SQL that yields no rows. */
alv_status alv_store_sql(alv_store *store, const char *sql, alv_error *error);
/* Begins a transaction unless one is open. */
alv_status alv_store_begin(alv_store *store, alv_error *error);
/* Finalize with sqlite3_finalize. */
alv_status alv_store_prepare(sqlite3_stmt **out, alv_store *store, const char *sql,
                             alv_error *error);
/* Runs a statement that yields no row, and readies it for the next. */
alv_status alv_store_execute(alv_store *store, sqlite3_stmt *statement, alv_error *error);
/* The text must live until the statement has run. */
void alv_store_bind_text(sqlite3_stmt *statement, int column, const char *text);

#endif
