// Go net/http with mattn/go-sqlite3: one durable transaction per POST (WAL, synchronous=FULL), of a message or of an
// order with its items and its event.
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand"
	"net/http"
	"os"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

func main() {
	db, err := sql.Open("sqlite3", os.Args[2]+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000")
	if err != nil {
		panic(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE IF NOT EXISTS messages(id INTEGER PRIMARY KEY, user TEXT, content TEXT)"); err != nil {
		panic(err)
	}
	insert, err := db.Prepare("INSERT INTO messages(user, content) VALUES(?, ?)")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/api/messages", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ User, Content string }
		if json.NewDecoder(r.Body).Decode(&in) != nil {
			w.WriteHeader(400)
			return
		}
		result, err := insert.Exec(in.User, in.Content)
		if err != nil {
			w.WriteHeader(500)
			return
		}
		id, _ := result.LastInsertId()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(201)
		fmt.Fprintf(w, `{"id":%d}`, id)
	})
	createOrders(db)
	http.HandleFunc("/api/v1/orders", func(w http.ResponseWriter, r *http.Request) { postOrder(db, w, r) })
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], nil); err != nil {
		panic(err)
	}
}

type item struct {
	ProductID string  `json:"product_id"`
	Quantity  int64   `json:"quantity"`
	Price     float64 `json:"price"`
	Name      string  `json:"name"`
}

type order struct {
	ID          string    `json:"id"`
	UserID      string    `json:"user_id"`
	Items       []item    `json:"items"`
	Status      string    `json:"status"`
	TotalAmount float64   `json:"total_amount"`
	CreatedAt   time.Time `json:"created_at"`
	Address     string    `json:"shipping_address"`
}

// The same rows and indexes as Parley's.
func createOrders(db *sql.DB) {
	for _, statement := range []string{
		"CREATE TABLE orders(id TEXT PRIMARY KEY, user_id TEXT, status INTEGER, total INTEGER, created_at INTEGER, updated_at INTEGER, address TEXT)",
		"CREATE INDEX orders_user ON orders(user_id, created_at, id)",
		"CREATE TABLE order_items(order_id TEXT, line INTEGER, product_id TEXT, quantity INTEGER, price INTEGER, name TEXT, PRIMARY KEY(order_id, line))",
		"CREATE TABLE order_events(seq INTEGER PRIMARY KEY, type INTEGER, order_id TEXT, became INTEGER, happened_at INTEGER)",
	} {
		if _, err := db.Exec(statement); err != nil {
			panic(err)
		}
	}
}

func hundredths(amount float64) int64 { return int64(amount*100 + 0.5) }

func store(db *sql.DB, o order, total int64) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	at := o.CreatedAt.UnixMicro()
	if _, err := tx.Exec("INSERT INTO orders VALUES(?, ?, 0, ?, ?, ?, ?)", o.ID, o.UserID, total, at, at, o.Address); err != nil {
		return err
	}
	for line, i := range o.Items {
		if _, err := tx.Exec("INSERT INTO order_items VALUES(?, ?, ?, ?, ?, ?)", o.ID, line, i.ProductID, i.Quantity, hundredths(i.Price), i.Name); err != nil {
			return err
		}
	}
	if _, err := tx.Exec("INSERT INTO order_events(type, order_id, became, happened_at) VALUES(0, ?, 0, ?)", o.ID, at); err != nil {
		return err
	}
	return tx.Commit()
}

func postOrder(db *sql.DB, w http.ResponseWriter, r *http.Request) {
	var o order
	if json.NewDecoder(r.Body).Decode(&o) != nil || o.UserID == "" || len(o.Items) == 0 {
		w.WriteHeader(400)
		return
	}
	var total int64
	for _, i := range o.Items {
		total += i.Quantity * hundredths(i.Price)
	}
	o.ID, o.Status, o.TotalAmount, o.CreatedAt = fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()), "PENDING", float64(total)/100, time.Now().UTC()
	if store(db, o, total) != nil {
		w.WriteHeader(500)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(201)
	json.NewEncoder(w).Encode(o)
}
