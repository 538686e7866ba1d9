// Go net/http: a constant at /user, and an addition over JSON-RPC at /rpc.
package main

import (
	"encoding/json"
	"net/http"
	"os"
)

type rpcRequest struct {
	JSONRPC string          `json:"jsonrpc"`
	Method  string          `json:"method"`
	Params  struct{ A, B float64 } `json:"params"`
	ID      json.RawMessage `json:"id"`
}

type rpcResponse struct {
	JSONRPC string          `json:"jsonrpc"`
	Result  struct{ Result float64 `json:"result"` } `json:"result"`
	ID      json.RawMessage `json:"id"`
}

func main() {
	body := []byte(`{"id":"0190b1c4-7b1e-7e0a-9c55-0d6ac1a2b3c4","name":"Alice Liddell","email":"alice@example.com","age":30,"city":"Oxford","country":"UK","active":true,"created_at":1642781234}`)
	http.HandleFunc("/user", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	})
	http.HandleFunc("/rpc", func(w http.ResponseWriter, r *http.Request) {
		var in rpcRequest
		if json.NewDecoder(r.Body).Decode(&in) != nil {
			w.WriteHeader(400)
			return
		}
		out := rpcResponse{JSONRPC: "2.0", ID: in.ID}
		out.Result.Result = in.Params.A + in.Params.B
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(out)
	})
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], nil); err != nil {
		panic(err)
	}
}
