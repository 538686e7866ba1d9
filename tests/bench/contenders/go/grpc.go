// grpc-go: the calculator's Add.
package main

import (
	"context"
	"net"
	"os"

	"github.com/golang/protobuf/proto"
	"google.golang.org/grpc"
)

type Numbers struct {
	A float64 `protobuf:"fixed64,1,opt,name=a,proto3"`
	B float64 `protobuf:"fixed64,2,opt,name=b,proto3"`
}

func (m *Numbers) Reset()         { *m = Numbers{} }
func (m *Numbers) String() string { return proto.CompactTextString(m) }
func (*Numbers) ProtoMessage()    {}

type Calculation struct {
	Result    float64 `protobuf:"fixed64,1,opt,name=result,proto3"`
	Operation string  `protobuf:"bytes,2,opt,name=operation,proto3"`
	Success   bool    `protobuf:"varint,3,opt,name=success,proto3"`
}

func (m *Calculation) Reset()         { *m = Calculation{} }
func (m *Calculation) String() string { return proto.CompactTextString(m) }
func (*Calculation) ProtoMessage()    {}

type adder interface {
	Add(context.Context, *Numbers) (*Calculation, error)
}

type calculator struct{}

func (calculator) Add(_ context.Context, in *Numbers) (*Calculation, error) {
	return &Calculation{Result: in.A + in.B, Operation: "add", Success: true}, nil
}

func add(srv interface{}, ctx context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(Numbers)
	if err := decode(in); err != nil {
		return nil, err
	}
	return srv.(adder).Add(ctx, in)
}

func main() {
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "calculator.Calculator",
		HandlerType: (*adder)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Add", Handler: add}},
	}, calculator{})
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	if err := server.Serve(listener); err != nil {
		panic(err)
	}
}
